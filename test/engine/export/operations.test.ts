import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { InferenceSession, Tensor as OnnxTensor } from "onnxruntime-node";
import { feed, feedScalar } from "../../../src/engine/feed.js";
import { recording } from "../../../src/engine/graph/recording.js";
import { hoist } from "../../../src/engine/hoist.js";
import { encodeOnnx } from "../../../src/engine/export/encodeOnnx.js";
import type { InferenceGraph } from "../../../src/engine/export/InferenceGraph.js";
import { InferenceRecorder } from "../../../src/engine/export/InferenceRecorder.js";
import { toOnnx } from "../../../src/engine/export/toOnnx.js";
import { toTfjs } from "../../../src/engine/export/toTfjs.js";
import { relu, relu6, softmax, softmaxCrossEntropy } from "../../../src/engine/operations/activations.js";
import { concat } from "../../../src/engine/operations/arrayOps.js";
import { avgPool } from "../../../src/engine/operations/avgPool.js";
import { conv2d } from "../../../src/engine/operations/conv2d.js";
import { depthwiseConv2d } from "../../../src/engine/operations/depthwiseConv2d.js";
import { add, addAll, biasAdd, div, matMul, max, mean, mul } from "../../../src/engine/operations/mathOps.js";
import { maxPool } from "../../../src/engine/operations/maxPool.js";
import { Random } from "../../../src/core/Random.js";
import { constant } from "../../../src/engine/operations/op.js";
import type { Tensor } from "../../../src/engine/Tensor.js";
import { tf } from "../../../src/engine/tensorflow.js";
import { Variable } from "../../../src/engine/Variable.js";
import { bytesOf } from "../../../src/core/writeFiles.js";
import { refuses } from "../../support/refuses.js";

type Build = (images: Tensor) => Tensor;

const drawn = (shape: readonly number[], seed: number): Float32Array => {
  const random = new Random(seed);
  return Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal());
};
const fixed = (...shape: number[]): Tensor => constant([...drawn(shape, 2)], "float32", shape);

/** What `build` computes, as a graph recorded with images of another number and size than those it is run on. */
function record(build: Build): InferenceGraph {
  const recorder = new InferenceRecorder();
  tf.engine().startScope();
  try {
    return recording(recorder, () => {
      const shape = [1, 6, 6, 3];
      const images = feed(1, () => ({ shape, values: new Float32Array(6 * 6 * 3) }));
      return recorder.finish(build(images), "y");
    });
  } finally {
    tf.engine().endScope();
  }
}

const shape = [2, 9, 7, 3];
const pixels = drawn(shape, 1);

function expected(build: Build): number[] {
  return tf.tidy(() => [...build(tf.tensor(pixels, shape)).dataSync()]);
}

/** In onnxruntime, with images back in TensorFlow's order. */
async function byOnnx(graph: InferenceGraph): Promise<number[]> {
  const session = await InferenceSession.create(encodeOnnx(toOnnx(graph), {}), { logSeverityLevel: 3 });
  const [n = 0, ...sides] = shape;
  const turned = tf.tidy(() => tf.transpose(tf.tensor(pixels, shape), [0, 3, 1, 2]).dataSync());
  const images = new OnnxTensor("float32", turned, [n, sides[2] ?? 0, ...sides.slice(0, 2)]);
  const { y } = await session.run({ images });
  await session.release();
  assert.ok(y);
  return tf.tidy(() => {
    const values = tf.tensor(y.data as Float32Array, [...y.dims]);
    return [...(y.dims.length === 4 ? tf.transpose(values, [0, 2, 3, 1]) : values).dataSync()];
  });
}

/** In TensorFlow.js without TensorFlow: its backend in JavaScript alone. */
async function byTfjs(graph: InferenceGraph): Promise<number[]> {
  const { model, weights } = toTfjs(graph, {});
  const data = Buffer.concat(weights.map(({ values }) => bytesOf(values)));
  const specs = weights.map(({ name, shape: own, dtype }) => ({ name, shape: [...own], dtype }));
  await tf.setBackend("cpu");
  try {
    const loaded = await tf.loadGraphModel(
      tf.io.fromMemory({ ...model, weightSpecs: specs, weightData: new Uint8Array(data).buffer }),
    );
    const y = tf.tidy(() => [...(loaded.predict(tf.tensor(pixels, shape)) as Tensor).dataSync()]);
    loaded.dispose();
    return y;
  } finally {
    await tf.setBackend("tensorflow");
  }
}

function assertNear(actual: readonly number[], wanted: readonly number[]): void {
  assert.equal(actual.length, wanted.length);
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - (wanted[i] ?? NaN)) < 1e-5, `${value} beside ${wanted[i] ?? NaN} at ${i}`);
  });
}

const conv = (kernel: number, stride: number, padding: number) => (x: Tensor) =>
  conv2d(x, fixed(kernel, kernel, 3, 4), { stride, padding });
const depthwise = (stride: number) => (x: Tensor) =>
  depthwiseConv2d(x, fixed(3, 3, 1, 3), { stride, padding: 1 });
const pool = (x: Tensor, padding: number) => maxPool(x, { size: [3, 3], stride: 2, padding });
const average = (x: Tensor) => mean(x, [1, 2]);
const scalar = (value: number) => constant([value], "float32", []);

const cases: [what: string, build: Build, onnx: string][] = [
  ["a pointwise convolution with strides", conv(1, 2, 0), "Conv"],
  ["a convolution that keeps the size", conv(3, 1, 1), "Conv"],
  ["a convolution with padding and strides", conv(3, 2, 1), "Conv"],
  ["a large convolution with padding and strides", conv(7, 2, 3), "Conv"],
  ["a convolution with a bias", (x) => biasAdd(conv(3, 1, 1)(x), fixed(4)), "Conv"],
  [
    "a convolution that is wanted without its bias too",
    (x) => {
      const y = conv(3, 1, 1)(x);
      return addAll([biasAdd(y, fixed(4)), y]);
    },
    "Conv Add Sum",
  ],
  ["a depthwise convolution", depthwise(1), "Conv"],
  ["a depthwise convolution with padding and strides", depthwise(2), "Pad Conv"],
  ["pooling with padding, where all is negative", (x) => pool(add(x, scalar(-9)), 1), "Add MaxPool"],
  ["pooling without padding", (x) => pool(x, 0), "MaxPool"],
  ["pooling by the mean", (x) => avgPool(x, { size: [2, 2], stride: 2, padding: 0 }), "AveragePool"],
  ["channels beside each other", (x) => concat([x, relu(x), x], 3), "Relu Concat"],
  ["a ReLU", (x) => relu(x), "Relu"],
  ["a ReLU that ends at 6", (x) => relu6(mul(x, scalar(9))), "Mul Clip"],
  ["a line for each channel", (x) => add(mul(x, fixed(3)), fixed(3)), "Mul Add"],
  ["a sum of images", (x) => add(x, relu(x)), "Relu Add"],
  [
    "pooling over the whole image",
    (x) => concat([max(x, [1, 2]), average(x)], 1),
    "ReduceMax ReduceMean Concat",
  ],
  ["a linear layer", (x) => add(matMul(average(x), fixed(3, 5)), fixed(5)), "ReduceMean Gemm"],
  [
    "a product with a transposed matrix",
    (x) => matMul(average(x), fixed(5, 3), { transposeB: true }),
    "ReduceMean Gemm",
  ],
  ["a softmax", (x) => softmax(average(x)), "ReduceMean Softmax"],
];

describe("an exported graph computes what TensorFlow does, for images of another size:", () => {
  for (const [what, build, operations] of cases) {
    it(what, async () => {
      const graph = record(build);
      const onnx = toOnnx(graph);
      assert.equal(onnx.nodes.map((node) => node.op).join(" "), operations);
      const wanted = expected(build);
      assertNear(await byOnnx(graph), wanted);
      assertNear(await byTfjs(graph), wanted);
      assert.equal(tf.memory().numTensors, 0, "tensors are left");
    });
  }
});

describe("an export refuses", () => {
  it("an operation that it does not know, by its name", async () => {
    const graph = record((x) => div(x, scalar(2)));
    await refuses(() => toOnnx(graph), "ONNX", "RealDiv");
    await refuses(() => toTfjs(graph, {}), "TensorFlow.js", "RealDiv");
  });

  it("a mean over an image's channels, whose order of axes would be another", () => {
    assert.throws(() => toOnnx(record((x) => mean(x, [3]))), /Mean over the axes 3 of an image/);
  });
});

describe("InferenceRecorder", () => {
  it("keeps only what depends on the images; the rest is computed", () => {
    const weight = new Variable("w", [3], Float32Array.of(1, 2, 3));
    const { nodes, constants } = record((x) => mul(x, hoist(add(weight.read(), mul(scalar(2), scalar(5))))));
    weight.dispose();
    assert.deepEqual(
      nodes.map((node) => [node.op, node.shape]),
      [["Mul", [-1, -1, -1, 3]]],
    );
    assert.deepEqual([...constants.values()], [{ shape: [3], values: Float32Array.of(11, 12, 13) }]);
  });

  it("takes a variable that has been given no values as zeros", async () => {
    const [read, changed] = [new Variable("read", [3]), new Variable("changed", [3])];
    const graph = record((x) => add(x, read.read()));
    assertNear(await byOnnx(graph), [...pixels]);
    assert.throws(() => record((x) => (changed.assign(fixed(3)), x)), /AssignVariableOp changes a variable/);
    // What was refused has not been carried out.
    assert.deepEqual([...changed.values()], [0, 0, 0]);
    for (const variable of [read, changed]) variable.dispose();
  });

  it("refuses what it could not keep", () => {
    const builds: [build: Build, message: RegExp][] = [
      [(x) => relu(tf.neg(x)), /Relu takes a tensor \[1, 6, 6, 3\] that was not recorded/],
      [(x) => hoist(relu(x)), /what is hoisted depends on the input/],
      [
        (x) =>
          add(
            x,
            feedScalar(() => 1),
          ),
        /has one input/,
      ],
      [(x) => (relu(x), x), /ends with the operation that gives its output/],
      [(x) => softmaxCrossEntropy(average(x), average(x)).losses, /has 2 outputs, not one/],
    ];
    for (const [build, message] of builds) assert.throws(() => record(build), message);
    const variable = new Variable("v", []);
    assert.throws(
      () =>
        record((x) => {
          variable.assignAdd(scalar(1));
          return x;
        }),
      /AssignAddVariableOp changes a variable/,
    );
    variable.dispose();
    assert.equal(tf.memory().numTensors, 0, "tensors are left");
  });
});
