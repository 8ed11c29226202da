import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import type { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { imagenetStats } from "../../../src/core/imagenetStats.js";
import { softmax } from "../../../src/engine/operations/activations.js";
import { Random } from "../../../src/core/Random.js";
import type { Tensor } from "../../../src/engine/Tensor.js";
import { tf } from "../../../src/engine/tensorflow.js";
import { Cnn } from "../../../src/models/Cnn.js";
import type { ArchitectureName } from "../../../src/models/bodies/backbones.js";
import { createHead } from "../../../src/models/createHead.js";
import { models } from "../../../src/models/models.js";
import { exportOnnx } from "../../../src/training/inference/exportOnnx.js";
import { exportTfjs } from "../../../src/training/inference/exportTfjs.js";
import type { Learner } from "../../../src/training/Learner.js";
import { loadLearner } from "../../../src/training/inference/loadLearner.js";
import { byOnnxRuntime, type Images } from "../../support/byOnnxRuntime.js";
import { temporaryFolder } from "../../support/folders.js";
import { drawnNet } from "../../support/drawnNet.js";
import { refuses } from "../../support/refuses.js";
import { tinyLearner } from "../../support/tinyLearner.js";

/** In TensorFlow.js as it is installed from its registry, on TensorFlow or in JavaScript alone. */
async function byTfjs(
  folder: string,
  { x, shape }: Images,
  backend: "cpu" | "tensorflow",
): Promise<number[]> {
  await tf.setBackend(backend);
  try {
    const model = await tf.loadGraphModel(`file://${path.join(folder, "model.json")}`);
    const probabilities = tf.tidy(() => [...(model.predict(tf.tensor(x, [...shape])) as Tensor).dataSync()]);
    model.dispose();
    return probabilities;
  } finally {
    await tf.setBackend("tensorflow");
  }
}

function assertNear(actual: readonly number[], expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((p, i) => {
    const wanted = expected[i] ?? NaN;
    assert.ok(Math.abs(p - wanted) < tolerance, `${p} beside ${wanted} at ${i}`);
  });
}

/** A learner that has learnt, so that its statistics and biases are not those it began with. */
async function trained(): Promise<Learner<ImageDataBunch>> {
  const learn = await tinyLearner();
  await learn.fitOneCycle(1);
  return learn;
}

async function validImages(learn: Learner<ImageDataBunch>): Promise<Images> {
  const batches: Images[] = [];
  for await (const batch of learn.data.validDl.batches()) batches.push(batch);
  const [first] = batches;
  assert.ok(first);
  const [, ...sides] = first.shape;
  const n = batches.reduce((sum, { shape }) => sum + shape[0], 0);
  return { x: Float32Array.from(batches.flatMap(({ x }) => [...x])), shape: [n, ...sides] };
}

const description = {
  architecture: "tiny",
  classes: ["NORMAL", "PNEUMONIA"],
  positiveClass: "PNEUMONIA",
  size: 32,
  pixels: "RGB in 0..1",
  ...imagenetStats,
};

describe("an exported net", () => {
  it("predicts in onnxruntime and in TensorFlow.js what the learner predicts", async () => {
    const learn = await trained();
    const folder = temporaryFolder();
    const onnx = path.join(folder, "new", "model.onnx");
    await learn.exportOnnx(onnx);
    await learn.exportTfjs(path.join(folder, "web"));
    const { probs } = await learn.getPreds();
    const images = await validImages(learn);
    assertNear(await byOnnxRuntime(onnx, images), probs, 1e-5);
    assertNear(await byTfjs(path.join(folder, "web"), images, "cpu"), probs, 1e-5);
    learn.dispose();
    assert.equal(tf.memory().numTensors, 0, "tensors are left");
  });

  it("is the same from the inference learner", async () => {
    const learn = await trained();
    const inference = await loadLearner(await learn.export());
    const [one, two] = [temporaryFolder(), temporaryFolder()];
    await learn.exportOnnx(path.join(one, "model.onnx"));
    await learn.exportTfjs(one);
    await inference.exportOnnx(path.join(two, "model.onnx"));
    await inference.exportTfjs(two);
    learn.dispose();
    inference.dispose();
    const names = readdirSync(one).sort();
    assert.deepEqual(names, ["group1-shard1of1.bin", "model.json", "model.onnx"]);
    for (const name of names) {
      assert.ok(readFileSync(path.join(one, name)).equals(readFileSync(path.join(two, name))), name);
    }
  });

  it("has the present weights, also while a fit has them", async () => {
    const learn = await tinyLearner();
    const folder = temporaryFolder();
    const during = path.join(folder, "during.onnx");
    const afterwards = path.join(folder, "afterwards.onnx");
    await learn.fitOneCycle(1, { callbacks: [{ epochEnd: () => learn.exportOnnx(during) }] });
    await learn.exportOnnx(afterwards);
    assert.ok(readFileSync(during).equals(readFileSync(afterwards)));
    learn.dispose();
  });

  it("says what it takes and what it gives", async () => {
    const learn = await tinyLearner();
    const folder = temporaryFolder();
    await learn.exportTfjs(folder);
    const model = await tf.loadGraphModel(`file://${path.join(folder, "model.json")}`);
    assert.deepEqual(model.metadata, description);
    assert.deepEqual(
      model.inputs.map(({ name, shape }) => ({ name, shape })),
      [{ name: "images", shape: [-1, -1, -1, 3] }],
    );
    model.dispose();
    await learn.exportOnnx(path.join(folder, "model.onnx"));
    const bytes = readFileSync(path.join(folder, "model.onnx"));
    for (const [key, value] of Object.entries(description)) {
      // A property of the file's metadata: the key, the tag of the value, and the value's length before it.
      const text = typeof value === "string" ? value : JSON.stringify(value);
      assert.ok(bytes.includes(`${key}\x12${String.fromCharCode(text.length)}${text}`), key);
    }
    learn.dispose();
  });

  const drawn = (name: ArchitectureName) => async () =>
    drawnNet(await models[name].createBody("0", false), new Random(2), { c: 3 });
  const small = [2, 64, 64, 3] as const;
  const odd = [1, 75, 90, 3] as const;
  const nets: readonly (readonly [name: string, create: () => Promise<Cnn>, ...shapes: Images["shape"][]])[] =
    [
      ["MobileNetV2", drawn("mobilenetV2"), small, odd],
      ["ResNet-18", drawn("resnet18"), small, odd],
      ["EfficientNet-Lite0", drawn("efficientNetLite0"), small, odd],
      ["DenseNet-121", drawn("densenet121"), small, odd],
      // Of the same blocks as ResNet-50, and of twice its size.
      ["ResNet-101", drawn("resnet101"), odd],
      [
        "ResNet-50 with its pretrained weights",
        async () => {
          const body = await models.resnet50.createBody("0", true);
          return new Cnn(body, createHead("1", { features: body.features, c: 3 }, new Random(1)));
        },
        ...[small, odd],
      ],
    ];
  for (const [name, create, ...shapes] of nets) {
    it(`takes images of any size: ${name}`, async () => {
      const model = await create();
      const preparation = { size: 64, transforms: [], stats: imagenetStats };
      const net = { arch: name, classes: ["A", "B", "C"], preparation };
      const folder = temporaryFolder();
      const onnx = path.join(folder, "model.onnx");
      await exportOnnx(model, net, onnx);
      await exportTfjs(model, net, folder);
      for (const shape of shapes) {
        const random = new Random(5);
        const x = Float32Array.from({ length: shape.reduce((a: number, b) => a * b, 1) }, () =>
          random.normal(),
        );
        const expected = tf.tidy(() =>
          softmax(model.forward(tf.tensor(x, [...shape]), { training: false })).dataSync(),
        );
        assertNear(await byOnnxRuntime(onnx, { x, shape }), expected, 1e-4);
        assertNear(await byTfjs(folder, { x, shape }, "tensorflow"), expected, 1e-4);
      }
      model.dispose();
      assert.equal(tf.memory().numTensors, 0, "tensors are left");
    });
  }

  it("is not written where it cannot be, and what was there stays", async () => {
    const learn = await tinyLearner();
    const folder = temporaryFolder();
    const file = path.join(folder, "file");
    writeFileSync(file, "text");
    await refuses(learn.exportOnnx(path.join(file, "model.onnx")), file, "cannot be made", "another folder");
    await refuses(learn.exportTfjs(file), file, "cannot be made", "another folder");
    mkdirSync(path.join(folder, "model.onnx"));
    await refuses(learn.exportOnnx(path.join(folder, "model.onnx")), "model.onnx was not written");
    mkdirSync(path.join(folder, "web", "model.json"), { recursive: true });
    await refuses(learn.exportTfjs(path.join(folder, "web")), "model.json was not written");
    assert.deepEqual(readdirSync(folder).sort(), ["file", "model.onnx", "web"]);
    learn.dispose();
  });
});
