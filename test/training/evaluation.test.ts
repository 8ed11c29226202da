import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { tf } from "../../src/engine/tensorflow.js";
import type { Learner } from "../../src/training/Learner.js";
import type { Predictions } from "../../src/training/Predictions.js";
import { tinyLearner } from "../support/tinyLearner.js";

let learn: Learner<ImageDataBunch> | undefined;
async function learner(): Promise<Learner<ImageDataBunch>> {
  return (learn = await tinyLearner());
}
afterEach(() => {
  learn?.dispose();
  assert.equal(tf.memory().numTensors, 0, "tensors are left");
});

describe("getPreds", () => {
  it("predicts the training images in their order, none left out", async () => {
    const learn = await learner();
    const train = await learn.getPreds({ dsType: "train" });
    assert.deepEqual(
      [...train.y],
      learn.data.trainDs.items.map(({ label }) => label),
    );
    assert.deepEqual(await learn.getPreds({ dsType: "train" }), train);
    assert.equal(train.probs.length, 2 * 12);
  });

  it("gives a test set no labels and no losses", async () => {
    const learn = await learner();
    const { data } = learn;
    const valid = await learn.getPreds();
    Object.assign(data, { testDl: data.loader(data.validDs, data.dsTfms.valid) });
    const { probs, y, losses } = await learn.getPreds({ dsType: "test" });
    assert.deepEqual(probs, valid.probs);
    assert.deepEqual([...y], Array(6).fill(-1));
    assert.ok(losses.every(Number.isNaN));
  });

  it("says when there is no such set", async () => {
    const learn = await learner();
    await assert.rejects(learn.getPreds({ dsType: "test" }), /no test set/);
    await assert.rejects(learn.getPreds({ dsType: "fix" as "valid" }), /no set "fix"[^]*valid, train, test/);
  });
});

it("validate gives the mean loss and the metrics of a set", async () => {
  const learn = await learner();
  await learn.fitOneCycle(1);
  const row = learn.history[0];
  const valid = await learn.validate();
  assert.ok(Math.abs(valid.validLoss - (row?.validLoss ?? NaN)) < 1e-6);
  assert.deepEqual(valid.metrics, row?.metrics);
  const { losses } = await learn.getPreds({ dsType: "train" });
  const train = await learn.validate({ dsType: "train" });
  assert.ok(Math.abs(train.validLoss - losses.reduce((sum, loss) => sum + loss, 0) / 12) < 1e-6);
});

describe("TTA", () => {
  const far = (a: Predictions, b: Predictions) =>
    Math.max(...a.probs.map((p, i) => Math.abs(p - (b.probs[i] ?? NaN))));

  it("mixes the plain predictions with those of eight zoomed and mirrored passes", async () => {
    const learn = await learner();
    const plain = await learn.getPreds();
    const augmented = await learn.TTA({ beta: 0 });
    const mixed = await learn.TTA();
    assert.equal(far(await learn.TTA({ beta: 1 }), plain), 0);
    assert.ok(far(augmented, plain) > 1e-3);
    mixed.probs.forEach((p, i) => {
      const expected = 0.4 * (plain.probs[i] ?? NaN) + 0.6 * (augmented.probs[i] ?? NaN);
      assert.ok(Math.abs(p - expected) < 1e-6);
    });
    mixed.y.forEach((y, i) => {
      assert.ok(Math.abs((mixed.losses[i] ?? NaN) + Math.log(mixed.probs[2 * i + y] ?? NaN)) < 1e-6);
    });
  });

  it("refuses a beta or scale out of range", async () => {
    const learn = await learner();
    for (const beta of [-0.1, 1.1, NaN]) await assert.rejects(learn.TTA({ beta }), /beta is/);
    for (const scale of [0.9, NaN, Infinity]) await assert.rejects(learn.TTA({ scale }), /scale is/);
  });
});
