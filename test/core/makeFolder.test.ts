import assert from "node:assert/strict";
import { existsSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { it } from "node:test";
import { temporaryFolder } from "../support/folders.js";
import { makeFolder } from "../../src/core/makeFolder.js";
import { refuses } from "../support/refuses.js";

it("a folder is made with those above it, by several at once, or refused in words", async () => {
  const folder = temporaryFolder();
  const deep = path.join(folder, "a", "b", "c");
  await Promise.all([1, 2, 3].map(() => makeFolder(deep, "")));
  assert.ok(statSync(deep).isDirectory());
  const file = path.join(folder, "file");
  writeFileSync(file, "");
  await refuses(makeFolder(file, "Choose."), `The folder ${file} cannot be made: `, "Choose.");
  await refuses(makeFolder(path.join(file, "a", "b"), "Choose."), "cannot be made: ENOTDIR");
});

it("a folder that the system does not make is refused", { skip: !existsSync("/proc/self") }, async () => {
  await refuses(
    makeFolder("/proc/xx/yy", "Choose."),
    "The folder /proc/xx/yy cannot be made: ENOENT",
    "Choose.",
  );
});
