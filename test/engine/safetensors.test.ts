import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { readSafetensors, writeSafetensors } from "../../src/engine/safetensors.js";
import { UserError } from "../../src/core/errors.js";
import { refuses } from "../support/refuses.js";

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
    assert.deepEqual(await readdir(folder), ["net.safetensors"]);
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

  const entry = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  const bad: [what: string, header: unknown, message: RegExp][] = [
    ["a list for a header", [1, 2], /header is no object/],
    ["null for a header", null, /header is no object/],
    ["a number for an array", { a: 1 }, /says nothing of a/],
    ["no type", { a: { ...entry, dtype: undefined } }, /no type for a/],
    ["no shape", { a: { ...entry, shape: undefined } }, /no shape for a/],
    ["a negative side", { a: { ...entry, shape: [-1, -2] } }, /no shape for a: \[-1,-2\]/],
    ["half a side", { a: { ...entry, shape: [0.5, 4] } }, /no shape for a/],
    ["no place", { a: { ...entry, data_offsets: undefined } }, /no place for a/],
    ["one offset", { a: { ...entry, data_offsets: [0] } }, /no place for a: \[0\]/],
    ["a negative place", { a: { ...entry, data_offsets: [-8, 0] } }, /no place for a/],
    ["a place that is no number", { a: { ...entry, data_offsets: [0, "8"] } }, /no place for a/],
    ["an end before its begin", { a: { ...entry, data_offsets: [8, 0] } }, /-8 bytes for a/],
    ["another length than the shape's", { a: { ...entry, shape: [3] } }, /8 bytes for a, .* \[3\] wants 12/],
    ["a place outside", { a: { ...entry, shape: [4], data_offsets: [0, 16] } }, /cut short: a .* 16 of 8/],
    ["two arrays in one place", { a: entry, b: entry }, /b at byte 0, where 8 is next/],
    ["a hole", { a: { ...entry, shape: [1], data_offsets: [4, 8] } }, /a at byte 4, where 0 is next/],
    ["bytes of nobody", { a: { ...entry, shape: [1], data_offsets: [0, 4] } }, /4 bytes that belong to no/],
    ["numbers for metadata", { __metadata__: { step: 1 }, a: entry }, /metadata that are no texts/],
  ];
  const withHeader = (header: unknown, length?: bigint) => {
    const text = Buffer.from(JSON.stringify(header));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(length ?? BigInt(text.length));
    return Buffer.concat([size, text, Buffer.alloc(8)]);
  };
  for (const [what, header, message] of bad) {
    it(`refuses ${what}`, async () => {
      const file = path.join(folder, "bad.safetensors");
      await writeFile(file, withHeader(header));
      await assert.rejects(readSafetensors(file), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, /bad\.safetensors/);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it("refuses a header that is longer than the file, and a folder", async () => {
    const file = path.join(folder, "long.safetensors");
    for (const length of [1000n, 2n ** 53n + 1n, 2n ** 64n - 1n]) {
      await writeFile(file, withHeader({ a: entry }, length));
      await assert.rejects(readSafetensors(file), { name: "UserError", message: /long\.safetensors is cut/ });
    }
    await assert.rejects(readSafetensors(folder), { name: "UserError", message: /cannot be read/ });
  });

  it("leaves arrays of what is no float out", async () => {
    const file = path.join(folder, "mixed.safetensors");
    const counter = { dtype: "I64", shape: [], data_offsets: [0, 8] };
    await writeFile(
      file,
      withHeader({ counter, none: { dtype: "F32", shape: [0, 7], data_offsets: [8, 8] } }),
    );
    const { tensors: read } = await readSafetensors(file);
    assert.deepEqual([...read.values()], [{ name: "none", shape: [0, 7], values: new Float32Array() }]);
  });

  it("refuses a file of which any byte was changed", async () => {
    const file = path.join(folder, "flipped.safetensors");
    await writeSafetensors(file, tensors, { note: "x", classes: '["A","B"]' });
    const sound = await readFile(file);
    for (let at = 0; at < sound.length; at++) {
      for (const bits of [0x01, 0x10, 0xff]) {
        const bytes = Buffer.from(sound);
        bytes.writeUInt8(bytes.readUInt8(at) ^ bits, at);
        await writeFile(file, bytes);
        await refuses(readSafetensors(file), "flipped.safetensors");
      }
    }
  });

  it("reads or refuses a file of others with any byte of its header changed", async () => {
    const file = path.join(folder, "others.safetensors");
    const sound = withHeader({ __metadata__: { format: "pt" }, a: entry });
    const end = 8 + Number(sound.readBigUInt64LE(0));
    let [read, refused] = [0, 0];
    for (let at = 0; at < end; at++) {
      for (const bits of [0x01, 0x10, 0xff]) {
        const bytes = Buffer.from(sound);
        bytes.writeUInt8(bytes.readUInt8(at) ^ bits, at);
        await writeFile(file, bytes);
        try {
          for (const { shape, values } of (await readSafetensors(file)).tensors.values()) {
            assert.equal(
              values.length,
              shape.reduce((product, side) => product * side, 1),
            );
          }
          read++;
        } catch (error) {
          assert.ok(error instanceof UserError, `byte ${at}, bits ${bits}: ${String(error)}`);
          assert.match(error.message, /others\.safetensors/);
          refused++;
        }
      }
    }
    assert.ok(read > 0 && refused > end, `${read} read, ${refused} refused`);
  });

  it("refuses a file whose checksum is gone or of another name, and takes files of others", async () => {
    const file = path.join(folder, "renamed.safetensors");
    await writeSafetensors(file, tensors, { note: "x" });
    const sound = await readFile(file, "latin1");
    for (const [from, to] of [
      ["xraySha256", "xraySha257"],
      ["xrayWriter", "xrayWritor"],
      [/"xraySha256":"\w*",/, ""],
    ] as const) {
      const changed = sound.replace(from, to);
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(
        BigInt(Number(Buffer.from(sound, "latin1").readBigUInt64LE(0)) + changed.length - sound.length),
      );
      await writeFile(file, Buffer.concat([length, Buffer.from(changed.slice(8), "latin1")]));
      await refuses(readSafetensors(file), "does not match its checksum", "damaged");
    }
    const others = { __metadata__: { format: "pt", sha256: "their own" }, a: entry };
    await writeFile(file, withHeader(others));
    assert.deepEqual((await readSafetensors(file)).metadata, others.__metadata__);
  });

  it("leaves the old file and nothing half-written when the disk is full", async () => {
    const file = path.join(folder, "full.safetensors");
    await writeSafetensors(file, tensors.slice(0, 1), {});
    const old = await readFile(file);
    // Where a process may write no more than 4 kB to a file, the next byte fails as on a full disk.
    const program = `
      const { writeSafetensors } = require(${JSON.stringify(require.resolve("../../src/engine/safetensors.js"))});
      const large = { name: "large", shape: [5000], values: new Float32Array(5000) };
      writeSafetensors(${JSON.stringify(file)}, [large], {}).catch(({ name, message }) => console.log(name + ": " + message));`;
    const { stdout } = await promisify(execFile)("sh", [
      "-c",
      'ulimit -f 8 && exec "$0" -e "$1"',
      process.execPath,
      program,
    ]);
    assert.match(stdout, /^UserError: .*full\.safetensors was not written: .*large[\s\S]*It needs 1 MB/i);
    assert.deepEqual(await readFile(file), old);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.startsWith("full")),
      ["full.safetensors"],
    );
  });
});
