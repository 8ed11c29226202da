import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot, pythonCommand } from "../../../src/core/environment.js";
import { subprocess } from "../../../src/core/subprocess.js";
import { readTorchFile } from "../../../src/models/weights/readTorchFile.js";
import { temporaryFolder } from "../../support/folders.js";

type File = "transposed" | "call" | "number" | "list" | "doubles";
interface Recorded {
  readonly file: string;
  readonly tensors: Readonly<Record<string, { readonly shape: number[]; readonly values: number[] }>>;
}

/** Made by torchFile.py. */
const { state, ...others } = JSON.parse(
  readFileSync(path.join(projectRoot, "test/models/weights/torchFile.json"), "utf8"),
) as { readonly state: Recorded } & Readonly<Record<File, string>>;

const folder = temporaryFolder();
function write(content: string, encoding: BufferEncoding = "base64"): string {
  const file = path.join(folder, "net.pth");
  writeFileSync(file, content, encoding);
  return file;
}

describe("readTorchFile", () => {
  it("reads what PyTorch saved, also a part of a larger storage", async () => {
    const tensors = await readTorchFile(write(state.file));
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

  it("calls nothing that a pickle asks for", async () => {
    await assert.rejects(readTorchFile(write(others.call)), /it asks for posix\.mkdir/);
    assert.ok(!existsSync("made-by-a-pickle") && !existsSync(path.join(folder, "made-by-a-pickle")));
  });

  it("refuses what is no state dict of contiguous floats", async () => {
    const refused: readonly (readonly [content: string, why: RegExp])[] = [
      [others.transposed, /its tensor turned is not contiguous/],
      [others.number, /it holds more than tensors: 'epoch'/],
      [others.list, /it holds no state dict/],
      [others.doubles, /its tensor wide is of DoubleStorage/],
      [Buffer.from("PK\x03\x04 a zip").toString("base64"), /it is damaged or no state dict/],
      [Buffer.from("\x80\x02K\x01.", "latin1").toString("base64"), /no file of PyTorch's first format/],
    ];
    for (const [content, why] of refused) await assert.rejects(readTorchFile(write(content)), why);
  });

  it("refuses a file that ends too soon, wherever", async () => {
    const script = `
import importlib.util, io, sys
spec = importlib.util.spec_from_file_location("program", sys.argv[1])
program = importlib.util.module_from_spec(spec)
spec.loader.exec_module(program)
whole = open(sys.argv[2], "rb").read()
def is_refused(length):
    try:
        program.read_state_dict(io.BytesIO(whole[:length]))
    except program.Refused:
        return True
print(len(whole), sum(is_refused(length) is True for length in range(len(whole))))`;
    const program = path.join(projectRoot, "bin", "torch_to_safetensors.py");
    const printed = await subprocess(pythonCommand(), ["-c", script, program, write(state.file)], {
      remedy: "See that Python works.",
    });
    const [length, refused] = printed.trim().split(" ").map(Number);
    assert.ok(length !== undefined && length > 500);
    assert.equal(refused, length);
  });
});
