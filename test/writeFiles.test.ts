import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { writeFiles } from "../src/writeFiles.js";
import { temporaryFolder } from "./data/folders.js";
import { refuses } from "./support/refuses.js";

describe("writeFiles", () => {
  it("writes a file's pieces one after the other, over what was there", async () => {
    const file = path.join(temporaryFolder(), "a");
    await writeFiles([{ file, pieces: [Buffer.from("the old and longer one")] }]);
    await writeFiles([{ file, pieces: ["th", "", "e new"].map((piece) => Buffer.from(piece)) }]);
    assert.equal(readFileSync(file, "utf8"), "the new");
  });

  it("changes none when one cannot be written, and names that one", async () => {
    const folder = temporaryFolder();
    const [a, b] = [path.join(folder, "a"), path.join(folder, "missing", "b")];
    await writeFiles([{ file: a, pieces: [Buffer.from("old")] }]);
    const contents = [a, b].map((file) => ({ file, pieces: [Buffer.from("new")] }));
    await refuses(writeFiles(contents), `${b} was not written`, "It needs 1 MB");
    assert.equal(readFileSync(a, "utf8"), "old");
    assert.deepEqual(readdirSync(folder), ["a"]);
  });
});
