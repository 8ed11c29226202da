import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot } from "../../../src/core/environment.js";
import { readTorchFile } from "../../../src/models/weights/readTorchFile.js";

type File = "transposed" | "call" | "number" | "list" | "doubles";
interface Recorded {
  readonly file: string;
  readonly tensors: Readonly<Record<string, { readonly shape: number[]; readonly values: number[] }>>;
}

/** Made by torchFile.py. */
const { state, ...others } = JSON.parse(
  readFileSync(path.join(projectRoot, "test/models/weights/torchFile.json"), "utf8"),
) as { readonly state: Recorded } & Readonly<Record<File, string>>;
const bytes = (file: string): Buffer => Buffer.from(file, "base64");

describe("readTorchFile", () => {
  it("reads what PyTorch saved, also a part of a larger storage", () => {
    const tensors = readTorchFile(bytes(state.file));
    assert.deepEqual(
      Object.fromEntries(tensors.map(({ name, shape, values }) => [name, { shape, values: [...values] }])),
      Object.fromEntries(
        Object.entries(state.tensors).map(([name, { shape, values }]) => [
          name,
          { shape, values: [...Float32Array.from(values)] },
        ]),
      ),
    );
  });

  it("calls nothing that a pickle asks for", () => {
    assert.throws(() => readTorchFile(bytes(others.call)), /it holds more than tensors/);
    assert.ok(!existsSync("made-by-a-pickle"));
  });

  it("refuses what is no state dict of contiguous floats", () => {
    assert.throws(() => readTorchFile(bytes(others.transposed)), /its tensor turned is not contiguous/);
    assert.throws(() => readTorchFile(bytes(others.number)), /it holds more than tensors/);
    assert.throws(() => readTorchFile(bytes(others.list)), /it holds no state dict/);
    assert.throws(() => readTorchFile(bytes(others.doubles)), /its tensor wide is of torch DoubleStorage/);
    assert.throws(() => readTorchFile(Buffer.from("PK\x03\x04 a zip")), /the operation 0x50 at byte 0/);
    assert.throws(
      () => readTorchFile(Buffer.from("\x80\x02K\x01.", "latin1")),
      /no file of PyTorch's first format/,
    );
  });

  it("refuses a file that ends too soon, wherever", () => {
    const whole = bytes(state.file);
    for (let length = 0; length < whole.length; length++) {
      assert.throws(() => readTorchFile(whole.subarray(0, length)), Error, `${length} of ${whole.length}`);
    }
  });
});
