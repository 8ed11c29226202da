import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tf } from "../../../src/engine/tensorflow.js";
import { BCEWithLogits, bceWithLogits } from "../../../src/training/losses/BCEWithLogits.js";
import { near } from "../../support/near.js";

const logits = Float32Array.of(0.3, -2, 1.5, 4, 0, -60);
const y = Int32Array.of(0, 0);

/** The loss of a step and its gradient, operation by operation. */
const stepOf = (loss: BCEWithLogits, batch: Parameters<BCEWithLogits["itemWeights"]>[0], sums = false) =>
  tf.tidy(() => {
    const found = loss.step(tf.tensor(logits, [2, 3]), { n: 2, current: () => batch }, sums);
    return [found.loss.dataSync<"float32">()[0], ...found.dLogits.dataSync<"float32">()].map(Number);
  });

describe("BCEWithLogits", () => {
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  const targets = Float32Array.of(1, NaN, 0, 0, 1, 1);

  it("is the mean over the labels that are known, with its gradient", () => {
    const loss = new BCEWithLogits(3);
    const known = [0, 2, 3, 4, 5];
    const each = known.map((at) => Math.log1p(Math.exp((targets[at] === 1 ? -1 : 1) * (logits[at] ?? NaN))));
    const gradient = Array.from(logits, (x, at) =>
      known.includes(at) ? (sigmoid(x) - (targets[at] ?? NaN)) / 5 : 0,
    );
    const mean = each.reduce((a, b) => a + b, 0) / 5;
    near(stepOf(loss, { y, targets }), [mean, ...gradient], 1e-6, "loss and gradient");
    near(stepOf(loss, { y, targets }, true), [5 * mean, ...gradient.map((each) => 5 * each)], 1e-6, "sums");
    assert.deepEqual([...loss.itemWeights({ y, targets })], [2, 3]);
    const items = tf.tidy(() =>
      loss
        .evaluate(tf.tensor(logits, [2, 3]), { n: 2, current: () => ({ y, targets }) })
        .dataSync<"float32">(),
    );
    const [a = NaN, b = NaN, ...rest] = each;
    near(items, [(a + b) / 2, rest.reduce((sum, one) => sum + one, 0) / 3], 1e-6, "items");
  });

  it("learns nothing of a batch in which nothing is known", () => {
    const unknown = new Float32Array(6).fill(NaN);
    assert.deepEqual(stepOf(new BCEWithLogits(3), { y, targets: unknown }), [0, 0, 0, 0, 0, 0, 0]);
  });

  it("mixes what is known of both items", () => {
    const loss = new BCEWithLogits(3);
    const mix = { lambda: Float32Array.of(0.75, 1), permutation: Int32Array.of(1, 0) };
    // 0.75 of the first, 0.25 of the second; the second label is known of the second alone.
    const mixed = Float32Array.of(0.75, NaN, 0.25, 0, 1, 1);
    near(stepOf(loss, { y, targets, mix }), stepOf(loss, { y, targets: mixed }), 1e-7, "mixed");
  });

  it("refuses what it cannot be", () => {
    assert.throws(() => bceWithLogits({ posWeight: [1, 0] }), /posWeight\[1\] is 0\..*above 0/s);
    assert.throws(
      () => bceWithLogits({ classWeights: [1, 2] })(3),
      /classWeights has 2 numbers for 3 classes/,
    );
    assert.match(bceWithLogits({ posWeight: [1, 2] })(2).inWords, /with the label weighted 1, 2$/);
  });
});
