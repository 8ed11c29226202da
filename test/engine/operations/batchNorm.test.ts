import { describe, it } from "node:test";
import { batchNormTraining } from "../../../src/engine/operations/batchNorm.js";
import { tf } from "../../../src/engine/tensorflow.js";
import { near } from "../../support/near.js";

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
