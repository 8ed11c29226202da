import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { readSafetensors, writeSafetensors } from "../../src/engine/safetensors.js";

const tensors = [
  { name: "a", shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) },
  { name: "b.ü", shape: [1], values: Float32Array.of(-0.5) },
  { name: "empty", shape: [0], values: new Float32Array() },
];

describe("safetensors", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "safetensors-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("gives back what was written", async () => {
    const file = path.join(folder, "net.safetensors");
    await writeSafetensors(file, tensors, { note: "x" });
    const read = await readSafetensors(file);
    assert.deepEqual([...read.tensors.values()], tensors);
    assert.deepEqual(read.metadata, { note: "x" });
    assert.ok(!existsSync(`${file}.partial`));
  });

  it("has the format's layout: header length, JSON, arrays from a multiple of 8 on", async () => {
    const file = path.join(folder, "layout.safetensors");
    await writeSafetensors(file, tensors, {});
    const bytes = await readFile(file);
    const length = Number(bytes.readBigUInt64LE(0));
    assert.equal(length % 8, 0);
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + length)) as Record<string, unknown>;
    assert.deepEqual(header.a, { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] });
    assert.equal(bytes.readFloatLE(8 + length + 20), 6);
    assert.equal(bytes.length, 8 + length + 28);
  });

  for (const size of [0, 5, 40, 200]) {
    it(`names a file cut to ${size} bytes`, async () => {
      const file = path.join(folder, `cut-${size}.safetensors`);
      await writeSafetensors(file, tensors, {});
      await truncate(file, size);
      await assert.rejects(readSafetensors(file), {
        name: "UserError",
        message: new RegExp(`cut-${size}\\.safetensors`),
      });
    });
  }

  it("names a file that is something else", async () => {
    const file = path.join(folder, "text.safetensors");
    await writeFile(file, "this is no weight file at all, but a page of text");
    await assert.rejects(readSafetensors(file), /text\.safetensors .*no safetensors file/);
  });

  it("leaves the old file and nothing half-written when the disk is full", async (t) => {
    if (!existsSync("/dev/full")) {
      t.skip("this system has no /dev/full");
      return;
    }
    const file = path.join(folder, "full.safetensors");
    await writeSafetensors(file, tensors.slice(0, 1), {});
    const old = await readFile(file);
    // Whatever is written there fails as on a full disk.
    await symlink("/dev/full", `${file}.partial`);
    await assert.rejects(writeSafetensors(file, tensors, {}), {
      name: "UserError",
      message: /full\.safetensors was not written: .*no space left[\s\S]*It needs 1 MB/i,
    });
    assert.deepEqual(await readFile(file), old);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.startsWith("full")),
      ["full.safetensors"],
    );
  });
});
