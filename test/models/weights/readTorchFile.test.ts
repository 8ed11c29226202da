import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot, pythonCommand } from "../../../src/core/environment.js";
import { subprocess } from "../../../src/core/subprocess.js";
import type { BodySpec } from "../../../src/models/bodies/Body.js";
import { defineBackbone } from "../../../src/models/bodies/defineBackbone.js";
import { BatchNorm } from "../../../src/models/layers/BatchNorm.js";
import { Conv2d } from "../../../src/models/layers/Conv2d.js";
import { Sequential } from "../../../src/models/layers/Sequential.js";
import { modelFrom } from "../../../src/models/models.js";
import { readTorchFile } from "../../../src/models/weights/readTorchFile.js";
import { toTorch } from "../../../src/models/weights/torchLayout.js";
import { refuses } from "../../support/refuses.js";
import { temporaryFolder } from "../../support/folders.js";

type File = "transposed" | "call" | "zippedCall" | "number" | "list" | "complex";
interface Recorded {
  readonly file: string;
  readonly tensors: Readonly<Record<string, { readonly shape: number[]; readonly values: number[] }>>;
}

/** Made by torchFile.py. */
const { state, zipped, kinds, net, ...others } = JSON.parse(
  readFileSync(path.join(projectRoot, "test/models/weights/torchFile.json"), "utf8"),
) as Readonly<Record<"state" | "zipped" | "kinds" | "net", Recorded>> & Readonly<Record<File, string>>;

const folder = temporaryFolder();
function write(content: string, encoding: BufferEncoding = "base64"): string {
  const file = path.join(folder, "net.pth");
  writeFileSync(file, content, encoding);
  return file;
}

describe("readTorchFile", () => {
  const sound = {
    "before version 1.6, also a part of a larger storage": state,
    "today, with what a training program keeps beside it": zipped,
    "in floats of any length": kinds,
  };
  for (const [how, { file, tensors }] of Object.entries(sound)) {
    it(`reads what PyTorch saves ${how}`, async () => {
      const read = await readTorchFile(write(file));
      assert.deepEqual(
        Object.fromEntries(read.map(({ name, shape, values }) => [name, { shape, values: [...values] }])),
        Object.fromEntries(
          Object.entries(tensors).map(([name, { shape, values }]) => [
            name,
            { shape, values: [...Float32Array.from(values)] },
          ]),
        ),
      );
      assert.deepEqual(readdirSync(folder), ["net.pth"]);
    });
  }

  it("calls nothing that a pickle asks for", async () => {
    for (const content of [others.call, others.zippedCall]) {
      await assert.rejects(readTorchFile(write(content)), /it asks for posix\.mkdir/);
    }
    assert.ok(!existsSync("made-by-a-pickle") && !existsSync(path.join(folder, "made-by-a-pickle")));
  });

  it("puts the elements of a transposed tensor in their order", async () => {
    const [turned] = await readTorchFile(write(others.transposed));
    assert.deepEqual([turned?.name, turned?.shape], ["turned", [6, 4]]);
    // 0 to 23 in four rows of six, transposed.
    const wanted = Array.from({ length: 24 }, (_, k) => 6 * (k % 4) + Math.floor(k / 4));
    assert.deepEqual([...(turned?.values ?? [])], wanted);
  });

  it("refuses what is no state dict of floats", async () => {
    const refused: readonly (readonly [content: string, why: RegExp])[] = [
      [others.number, /it holds more than tensors: 'epoch'/],
      [others.list, /it holds no state dict/],
      [others.complex, /its tensor wide is of ComplexFloatStorage/],
      [Buffer.from("PK\x03\x04 a zip").toString("base64"), /it is damaged or no state dict/],
      [Buffer.from("\x80\x02K\x01.", "latin1").toString("base64"), /it is no file of PyTorch/],
    ];
    for (const [content, why] of refused) await assert.rejects(readTorchFile(write(content)), why);
  });

  it("refuses a file that ends too soon, wherever", async () => {
    for (const { file } of [state, zipped]) await refusesEachBeginning(file);
  });

  async function refusesEachBeginning(file: string): Promise<void> {
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
    const printed = await subprocess(pythonCommand(), ["-c", script, program, write(file)], {
      remedy: "See that Python works.",
    });
    const [length, refused] = printed.trim().split(" ").map(Number);
    assert.ok(length !== undefined && length > 500);
    assert.equal(refused, length);
  }
});

describe("modelFrom", () => {
  const spec: BodySpec = { kind: "convolution" };
  defineBackbone({
    kind: "convolution",
    nets: { convolution: spec },
    build: (prefix) => ({
      net: new Sequential([
        new Conv2d(`${prefix}.0`, { in: 3, out: 2, kernel: 3 }),
        new BatchNorm(`${prefix}.1`, { channels: 2, epsilon: 1e-5, relu: true }),
      ]),
      features: 2,
      split: 1,
      spec,
    }),
  });

  it("takes the weights that PyTorch saved of the net, and refuses those of another one", async () => {
    const file = write(net.file);
    const body = await modelFrom("convolution", file).createBody("0", true);
    assert.deepEqual(body.weights, { source: "net.pth", pretrained: true });
    const read = body.net.state().map((variable) => [variable.name.slice(2), [...toTorch(variable).values]]);
    const saved = Object.entries(net.tensors).map(([name, { values }]) => [
      name,
      [...Float32Array.from(values)],
    ]);
    assert.deepEqual(Object.fromEntries(read), Object.fromEntries(saved));
    body.net.dispose();
    await refuses(
      modelFrom("resnet18", file).createBody("0", true),
      file,
      "has no conv1.weight",
      "same architecture",
    );
  });
});
