import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random } from "../../src/core/Random.js";
import type { Tensor } from "../../src/engine/Tensor.js";
import { tf } from "../../src/engine/tensorflow.js";
import type { Parameter } from "../../src/engine/Variable.js";
import { AdaptiveConcatPool2d } from "../../src/models/layers/AdaptiveConcatPool2d.js";
import { BasicBlock } from "../../src/models/layers/BasicBlock.js";
import { BatchNorm } from "../../src/models/layers/BatchNorm.js";
import { Bottleneck } from "../../src/models/layers/Bottleneck.js";
import { Conv2d } from "../../src/models/layers/Conv2d.js";
import { DepthwiseConv2d } from "../../src/models/layers/DepthwiseConv2d.js";
import { Dropout } from "../../src/models/layers/Dropout.js";
import { Linear } from "../../src/models/layers/Linear.js";
import { MaxPool2d } from "../../src/models/layers/MaxPool2d.js";
import type { Module } from "../../src/models/layers/Module.js";
import { Relu } from "../../src/models/layers/Relu.js";
import { Residual } from "../../src/models/layers/Residual.js";
import { Sequential } from "../../src/models/layers/Sequential.js";

/**
 * Every layer's hand-written gradient against finite differences in a random direction: the loss is a fixed random
 * weighting of the output, its slope along the direction is compared with the gradient's product with it.
 */
const cases: [name: string, make: () => Module, input: number[]][] = [
  ["Conv2d 3x3", () => new Conv2d("l", { in: 3, out: 4, kernel: 3, padding: 1 }), [2, 6, 6, 3]],
  [
    "Conv2d 7x7, stride 2, padding 3",
    () => new Conv2d("l", { in: 3, out: 2, kernel: 7, stride: 2, padding: 3 }),
    [2, 10, 10, 3],
  ],
  [
    "Conv2d 3x3, stride 2, padding 1",
    () => new Conv2d("l", { in: 2, out: 3, kernel: 3, stride: 2, padding: 1 }),
    [2, 8, 8, 2],
  ],
  ["Conv2d 1x1, stride 2", () => new Conv2d("l", { in: 2, out: 3, kernel: 1, stride: 2 }), [2, 7, 7, 2]],
  [
    "DepthwiseConv2d 3x3",
    () => new DepthwiseConv2d("l", { channels: 3, kernel: 3, padding: 1 }),
    [2, 5, 6, 3],
  ],
  [
    "DepthwiseConv2d 3x3, stride 2, padding 1",
    () => new DepthwiseConv2d("l", { channels: 3, kernel: 3, stride: 2, padding: 1 }),
    [2, 7, 8, 3],
  ],
  ["BatchNorm on images", () => new BatchNorm("l", { channels: 3 }), [2, 4, 4, 3]],
  ["BatchNorm on features", () => new BatchNorm("l", { channels: 5 }), [6, 5]],
  ["BatchNorm with ReLU", () => new BatchNorm("l", { channels: 3, relu: true }), [2, 4, 4, 3]],
  ["BatchNorm with ReLU6", () => new BatchNorm("l", { channels: 3, relu6: true }), [2, 4, 4, 3]],
  ["BatchNorm with ReLU on features", () => new BatchNorm("l", { channels: 3, relu: true }), [6, 3]],
  [
    "MaxPool2d 3x3, stride 2, padding 1",
    () => new MaxPool2d({ size: [3, 3], stride: 2, padding: 1 }),
    [2, 7, 7, 2],
  ],
  ["AdaptiveConcatPool2d", () => new AdaptiveConcatPool2d(), [2, 3, 5, 4]],
  ["Linear", () => new Linear("l", { in: 5, out: 3 }), [4, 5]],
  ["Relu", () => new Relu(), [4, 5]],
  ["Dropout", () => new Dropout(0.4), [4, 5]],
  [
    "Bottleneck, same shape",
    () => new Bottleneck("l", { in: 8, width: 2, stride: 1, strideIn: "conv2", epsilon: 1e-3 }),
    [2, 5, 5, 8],
  ],
  [
    "Bottleneck, stride in conv1",
    () => new Bottleneck("l", { in: 4, width: 2, stride: 2, strideIn: "conv1", epsilon: 1e-3 }),
    [2, 6, 6, 4],
  ],
  [
    "Bottleneck, stride in conv2",
    () => new Bottleneck("l", { in: 4, width: 2, stride: 2, strideIn: "conv2", epsilon: 1e-3 }),
    [2, 6, 6, 4],
  ],
  [
    "BasicBlock, same shape",
    () => new BasicBlock("l", { in: 4, width: 4, stride: 1, strideIn: "conv2", epsilon: 1e-3 }),
    [2, 5, 5, 4],
  ],
  [
    "BasicBlock, stride 2",
    () => new BasicBlock("l", { in: 3, width: 4, stride: 2, strideIn: "conv2", epsilon: 1e-3 }),
    [2, 7, 7, 3],
  ],
  [
    "Residual without ReLU",
    () => {
      const main = new Sequential([new DepthwiseConv2d("l", { channels: 3, kernel: 3, padding: 1 })]);
      return new Residual("r", { main, relu: false });
    },
    [2, 4, 4, 3],
  ],
];

describe("gradients against finite differences", () => {
  for (const [name, make, shape] of cases) {
    it(name, () => {
      checkGradients(make(), shape);
    });
  }
});

function checkGradients(layer: Module, shape: number[]): void {
  const random = new Random(7);
  const draw = (length: number) => Float32Array.from({ length }, () => random.normal());
  for (const parameter of layer.parameters()) parameter.assignValues(draw(parameter.size));
  const x = draw(shape.reduce((a, b) => a * b, 1));
  let weighting: Float32Array | undefined;
  const before = tf.memory().numTensors;

  const forward = (values: Float32Array) =>
    tf.tidy(() => layer.forward(tf.tensor(values, shape), { training: true, random: new Random(11) }));
  const loss = (values: Float32Array) => {
    const y = forward(values);
    const outputs = y.dataSync();
    y.dispose();
    weighting ??= draw(outputs.length);
    const weights = weighting;
    return Array.from(outputs).reduce((sum, output, i) => sum + output * (weights[i] ?? 0), 0);
  };

  loss(x);
  const { dx, grads } = gradients(layer, x, shape, weighting ?? new Float32Array());
  const slope = (move: (sign: number) => number, h: number) => (move(1) - move(-1)) / (2 * h);

  // Small, since a step across a kink of ReLU or maximum spoils the quotient; large enough for float32.
  const h = 1e-4;
  const direction = draw(x.length);
  const numeric = slope((sign) => loss(x.map((v, i) => v + sign * h * (direction[i] ?? 0))), h);
  agree("input", numeric, dot(dx, direction));
  for (const [parameter, grad] of grads) {
    const start = parameter.values();
    const along = draw(parameter.size);
    const measured = slope((sign) => {
      parameter.assignValues(start.map((v, i) => v + sign * h * (along[i] ?? 0)));
      return loss(x);
    }, h);
    parameter.assignValues(start);
    agree(parameter.name, measured, dot(grad, along));
  }
  layer.dispose();
  assert.equal(tf.memory().numTensors, before);
}

function gradients(layer: Module, x: Float32Array, shape: number[], weighting: Float32Array) {
  let dx: Float32Array = new Float32Array();
  let grads: [Parameter, Float32Array][] = [];
  tf.tidy(() => {
    const y = layer.forward(tf.tensor(x, shape), { training: true, random: new Random(11) });
    dx = values(layer.backward(tf.tensor(weighting, y.shape), true));
    grads = layer.parameters().map((parameter) => [parameter, values(parameter.grad)]);
  });
  for (const parameter of layer.parameters()) parameter.zeroGrad();
  return { dx, grads };
}

const values = (tensor: Tensor | undefined): Float32Array =>
  (tensor?.dataSync<"float32">() ?? new Float32Array()).slice();

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, v, i) => sum + v * (b[i] ?? 0), 0);

function agree(what: string, numeric: number, analytic: number): void {
  const scale = Math.max(1, Math.abs(numeric), Math.abs(analytic));
  assert.ok(Math.abs(numeric - analytic) / scale < 0.02, `${what}: slope ${numeric}, gradient ${analytic}`);
}

describe("batch norm's running statistics", () => {
  it("keep a tenth of the batch, the variance unbiased", () => {
    const layer = new BatchNorm("l", { channels: 1 });
    const x = tf.tensor2d([1, 2, 3, 6], [4, 1]);
    const pass = { training: true, random: new Random(1) };
    tf.tidy(() => layer.forward(x, pass));
    near(layer.runningMean.values(), 0.1 * 3);
    near(layer.runningVariance.values(), 0.9 + 0.1 * (14 / 3));
    const y = layer.forward(x, { training: false });
    const [mean, variance] = [0.3, 0.9 + 1.4 / 3];
    y.dataSync().forEach((value, i) => {
      const expected = (([1, 2, 3, 6][i] ?? NaN) - mean) / Math.sqrt(variance + 1e-5);
      assert.ok(Math.abs(value - expected) < 1e-5);
    });
    tf.dispose([x, y]);
    layer.dispose();
  });

  function near(values: Float32Array, expected: number): void {
    assert.ok(Math.abs((values[0] ?? NaN) - expected) < 1e-6, `${values[0] ?? "nothing"} is not ${expected}`);
  }
});

describe("frozen layers", () => {
  it("get no gradient, and what nobody needs is not computed", () => {
    const [first, second] = [new Linear("a", { in: 3, out: 3 }), new Linear("b", { in: 3, out: 2 })];
    for (const parameter of first.parameters()) parameter.requiresGrad = false;
    const net = new Sequential([first, second]);
    tf.tidy(() => {
      const y = net.forward(tf.ones([2, 3]), { training: true });
      assert.equal(net.backward(tf.ones(y.shape), false), undefined);
    });
    assert.equal(first.weight.grad, undefined);
    assert.ok(second.weight.grad);
    net.dispose();
  });
});

describe("dropout", () => {
  it("drops the wished share, scales the rest, repeats with the seed, and rests in evaluation", () => {
    const layer = new Dropout(0.25);
    const x = tf.ones([100, 100]);
    const run = (seed: number, training = true) =>
      tf.tidy(() =>
        layer
          .forward(x, { training, random: new Random(seed) })
          .dataSync()
          .slice(),
      );
    const [a, again, b, rest] = [run(1), run(1), run(2), run(1, false)];
    const dropped = a.filter((value) => value === 0).length / a.length;
    assert.ok(Math.abs(dropped - 0.25) < 0.02, `${dropped} dropped`);
    assert.ok(a.every((value) => value === 0 || Math.abs(value - 4 / 3) < 1e-6));
    assert.deepEqual(a, again);
    assert.notDeepEqual(a, b);
    assert.ok(rest.every((value) => value === 1));
    x.dispose();
  });
});
