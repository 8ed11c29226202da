import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { ImageDataset } from "../../src/data/ImageDataset.js";
import { setDisplay, silentDisplay } from "../../src/core/Display.js";
import { tf } from "../../src/engine/tensorflow.js";
import { ClassificationInterpretation } from "../../src/interpretation/ClassificationInterpretation.js";
import type { Learner } from "../../src/training/Learner.js";
import type { Predictions } from "../../src/statistics/Predictions.js";
import { refuses } from "../support/refuses.js";
import { tinyLearner, validPaths } from "../support/tinyLearner.js";

let learn: Learner<ImageDataBunch> | undefined;
async function learner(): Promise<Learner<ImageDataBunch>> {
  return (learn = await tinyLearner());
}
afterEach(() => {
  learn?.dispose();
  assert.equal(tf.memory().numTensors, 0, "tensors are left");
});

const far = (a: Predictions, b: Predictions) =>
  Math.max(...a.probs.map((p, i) => Math.abs(p - (b.probs[i] ?? NaN))));

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

  it("says which set it was", async () => {
    const learn = await learner();
    const { data } = learn;
    assert.equal((await learn.getPreds()).set, "validation");
    assert.equal((await learn.getPreds({ dsType: "train" })).set, "training");
    assert.equal((await learn.getPreds({ dl: data.fixDl })).set, "training");
    assert.equal((await learn.getPreds({ dl: data.loader(data.validDs, []) })).set, "other");
    assert.equal((await learn.TTA()).set, "validation");
  });

  it("keeps the set's order where the loader has another, and refuses one that leaves images out", async () => {
    const learn = await learner();
    const { data } = learn;
    const plain = await learn.getPreds();
    const loader = data.loader(data.validDs, data.dsTfms.valid);
    // Batches of four and two, the last first.
    const { dataset, length } = loader;
    const turned = async function* () {
      const batches = [];
      for await (const batch of loader.batches()) batches.unshift(batch);
      yield* batches;
    };
    const other = await learn.getPreds({ dl: { dataset, length, batches: turned } });
    assert.deepEqual(other.y, plain.y);
    assert.ok(far(other, plain) < 1e-5);
    assert.ok(data.trainDl.length * data.bs < 13);
    const few = { dataset: data.trainDs, length: 1 };
    const first = async function* () {
      for await (const batch of data.trainDl.batches()) {
        yield batch;
        return;
      }
    };
    await assert.rejects(
      learn.getPreds({ dl: { ...few, batches: first } }),
      /gave 4 of its 12 images[^]*fixDl/,
    );
  });

  it("gives images without a label none, whichever way they are asked for", async () => {
    const learn = await learner();
    const { data } = learn;
    const dl = data.loader(ImageDataset.unlabelled(validPaths(learn), data.classes), data.dsTfms.valid);
    Object.assign(data, { testDl: dl, testDs: dl.dataset });
    const preds = await learn.getPreds({ dl });
    assert.deepEqual([preds.set, ...preds.y], ["test", ...Array<number>(6).fill(-1)]);
    await refuses(ClassificationInterpretation.fromLearner(learn, { dl }), "no labels");
    await refuses(ClassificationInterpretation.fromLearner(learn, { dsType: "test" }), "no labels");
    await refuses(learn.validate({ dsType: "test" as "valid" }), 'dsType is "test"');
    await refuses(learn.TTA({ dsType: "test" as "valid" }), 'dsType is "test"');
    const alts: string[] = [];
    const previous = setDisplay({ ...silentDisplay, image: (_, { alt }) => void alts.push(alt) });
    try {
      await learn.showResults({ rows: 1, dsType: "test" });
      await learn.showResults({ rows: 1 });
      await data.showBatch({ rows: 1, dsType: "test" });
    } finally {
      setDisplay(previous);
    }
    assert.match(alts[0] ?? "", /^1 test images with predicted class, .*: (NORMAL|PNEUMONIA) \d\.\d\d$/);
    assert.match(
      alts[1] ?? "",
      /^1 validation images with predicted and actual class, .*: \w+\/NORMAL \d\.\d\d$/,
    );
    assert.equal(alts[2], "1 test images, row by row: no label");
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
