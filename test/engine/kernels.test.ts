import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { batchNormTraining, conv2dFilterGrad } from "../../src/engine/kernels.js";
import type { Rank, Tensor4D } from "@tensorflow/tfjs-node-gpu";
import { tf } from "../../src/engine/tensorflow.js";

function near(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  const largest = (values: number[]) => values.reduce((a, b) => (b > a || Number.isNaN(b) ? b : a), 0);
  const scale = Math.max(1, largest(Array.from(expected, Math.abs)));
  const worst = largest(Array.from(actual, (value, i) => Math.abs(value - (expected[i] ?? NaN))));
  assert.ok(worst / scale <= tolerance, `${what}: off by ${worst} of ${scale}`);
}

describe("the filter's gradient equals that of tfjs", () => {
  for (const [name, shape, filter, stride] of [
    ["pointwise, few channels", [2, 5, 5, 8], [1, 1, 8, 16], 1],
    ["pointwise, many channels", [2, 2, 3, 65], [1, 1, 65, 2048], 1],
    ["pointwise, between", [2, 4, 4, 80], [1, 1, 80, 96], 1],
    ["3x3, wide, few pixels", [2, 2, 3, 512], [3, 3, 512, 512], 1],
    ["3x3, narrow", [2, 6, 6, 8], [3, 3, 8, 4], 1],
    ["3x3, stride 2", [2, 7, 7, 8], [3, 3, 8, 4], 2],
  ] as const) {
    it(name, () => {
      tf.tidy(() => {
        const x = tf.randomNormal<Rank.R4>([...shape], 0, 1, "float32", 1);
        const w = tf.zeros<Rank.R4>([...filter]);
        const padding = (filter[0] - 1) / 2;
        const around: [number, number] = [padding, padding];
        const conv = (kernel: Tensor4D) =>
          tf.conv2d(tf.pad(x, [[0, 0], around, around, [0, 0]]), kernel, stride, "valid");
        const dy = tf.randomNormal(conv(w).shape, 0, 1, "float32", 2);
        const ours = conv2dFilterGrad(x, filter, dy, { stride, padding });
        const theirs = tf.grad((kernel) => conv(kernel as Tensor4D))(w, dy);
        assert.deepEqual(ours.shape, [...filter]);
        near(ours.dataSync(), theirs.dataSync(), 1e-5, name);
      });
      assert.equal(tf.memory().numTensors, 0);
    });
  }
});

describe("batch norm in training", () => {
  for (const [mean, deviation] of [
    [0, 1],
    [30, 0.5],
    [-4, 20],
  ] as const) {
    it(`equals double precision for values around ${mean} with deviation ${deviation}`, () => {
      const [n, h, w, c] = [3, 7, 5, 4];
      const count = n * h * w;
      const values = tf.tidy(() =>
        tf.randomNormal([n, h, w, c], mean, deviation, "float32", 3).dataSync<"float32">().slice(),
      );
      const channel = (k: number) => Array.from({ length: count }, (_, i) => values[i * c + k] ?? NaN);
      const moments = Array.from({ length: c }, (_, k) => {
        const m = channel(k).reduce((sum, v) => sum + v, 0) / count;
        return { m, v: channel(k).reduce((sum, v) => sum + (v - m) ** 2, 0) / count };
      });
      const scale = [1, 2, 0.5, -1];
      const offset = [0, 1, -2, 3];
      const running = [0.9 * mean, mean, mean + deviation, mean];
      const [epsilon, momentum] = [1e-3, 0.1];
      tf.tidy(() => {
        const pass = batchNormTraining(
          tf.tensor(values, [n, h, w, c]),
          tf.tensor1d(scale),
          tf.tensor1d(offset),
          { mean: tf.tensor1d(running), variance: tf.ones([c]) },
          { epsilon, momentum },
        );
        const expected = Array.from(values, (value, i) => {
          const { m, v } = moments[i % c] ?? { m: NaN, v: NaN };
          const k = i % c;
          return ((value - m) / Math.sqrt(v + epsilon)) * (scale[k] ?? NaN) + (offset[k] ?? NaN);
        });
        near(pass.y.dataSync(), expected, 1e-4, "y");
        near(
          pass.runningMean.dataSync(),
          moments.map(({ m }, k) => 0.9 * (running[k] ?? NaN) + 0.1 * m),
          1e-6,
          "running mean",
        );
        near(
          pass.runningVariance.dataSync(),
          moments.map(({ v }) => 0.9 + (0.1 * v * count) / (count - 1)),
          1e-4,
          "running variance",
        );
      });
    });
  }
});
