import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { writeFiles } from "../../src/core/writeFiles.js";
import { temporaryFolder } from "../support/folders.js";
import { refuses } from "../support/refuses.js";
import type { Writing } from "../support/writeRepeatedly.js";

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

  it("lets many writers write one name: all succeed, and readers see whole files only", async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, "two");
    const bytes = 1 << 20;
    writeFileSync(file, Buffer.alloc(bytes, 9));
    const writers = [1, 2, 3].map((value) => {
      const workerData: Writing = { file, value, bytes, times: 8 };
      return new Worker(require.resolve("../support/writeRepeatedly.js"), { workerData });
    });
    let running = writers.length;
    const ends = writers.map(async (writer) => {
      const [code] = (await once(writer, "exit")) as [number];
      running--;
      return code;
    });
    const seen = new Set<number>();
    for (let reads = 0; running > 0; reads++) {
      const content = await readFile(file);
      assert.equal(content.length, bytes);
      assert.ok(content.equals(Buffer.alloc(bytes, content[0])), `read ${reads} is of two writers`);
      seen.add(content[0] ?? -1);
    }
    assert.deepEqual(await Promise.all(ends), [0, 0, 0]);
    assert.ok(seen.size > 1, "nothing was read while it was written");
    assert.deepEqual(readdirSync(folder), ["two"]);
  });

  it("takes away what a killed writer left, and not what another is writing", async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, "a".repeat(250));
    // Ends itself in the middle of its writing.
    const program = `
      const { writeFiles } = require(${JSON.stringify(require.resolve("../../src/core/writeFiles.js"))});
      function* pieces() { yield Buffer.alloc(100); process.kill(process.pid, "SIGKILL"); yield Buffer.alloc(100); }
      void writeFiles([{ file: ${JSON.stringify(file)}, pieces: pieces() }]);`;
    const { signal } = spawnSync(process.execPath, ["-e", program]);
    assert.equal(signal, "SIGKILL");
    const left = readdirSync(folder)[0] ?? "";
    assert.match(left, /\.partial$/);
    // The same name as of this process, which is alive.
    const own = left.replace(/-\d+-([0-9a-f]{12})/, `-${process.pid}-$1`);
    writeFileSync(path.join(folder, own), "");
    await writeFiles([{ file, pieces: [Buffer.from("whole")] }]);
    assert.deepEqual(readdirSync(folder).sort(), [path.basename(file), own].sort());
    assert.equal(readFileSync(file, "utf8"), "whole");
  });
});
