import assert from "node:assert/strict";
import { it } from "node:test";
import { temporaryFolder } from "../support/folders.js";
import { archiveTrial } from "./archiveTrial.js";

// `npm run trial:archive -- 20000` holds it to its memory too.
it("an archive that is killed and gone on with has each file once", async () => {
  const options = { folder: temporaryFolder(), files: 300, early: 100, kills: 2, seed: 1 };
  const { lost, doubled, wrong, killed, megabytes } = await archiveTrial(options);
  assert.deepEqual({ lost, doubled, wrong }, { lost: 0, doubled: 0, wrong: 0 });
  assert.ok(killed > 0);
  if (process.platform === "linux") assert.ok(megabytes.whole > 0);
});
