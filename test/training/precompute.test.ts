import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { tf } from "../../src/engine/tensorflow.js";
import type { BatchLoader } from "../../src/training/DataBunch.js";
import type { Learner } from "../../src/training/Learner.js";
import { tinyLearner } from "../support/tinyLearner.js";

function nearly(actual: Float32Array, expected: Float32Array): void {
  assert.equal(actual.length, expected.length);
  for (const [i, p] of actual.entries()) assert.ok(Math.abs(p - (expected[i] ?? NaN)) < 1e-6);
}

describe("precompute", () => {
  let learn: Learner<ImageDataBunch>;
  before(async () => {
    learn = await tinyLearner();
    learn.freeze();
  });
  after(() => {
    learn.dispose();
    assert.equal(tf.memory().numTensors, 0, "tensors are left");
  });

  it("gives a head on features that predicts as the whole net does, and trains the net's own weights", async () => {
    const head = await learn.precompute({ variants: 2 });
    const [features, images] = [await head.getPreds(), await learn.getPreds()];
    nearly(features.probs, images.probs);
    assert.deepEqual(features.y, images.y);

    const stem = learn.model.body.net.state().map((variable) => variable.values());
    await head.fitOneCycle(3, { maxLr: 1e-2 });
    assert.deepEqual(
      learn.model.body.net.state().map((variable) => variable.values()),
      stem,
      "the body is as it was",
    );
    const [trained, whole] = [await head.getPreds(), await learn.getPreds()];
    assert.notDeepEqual(trained.probs, features.probs);
    nearly(trained.probs, whole.probs);
    head.dispose();
    assert.equal((await learn.getPreds()).probs.length, whole.probs.length, "the head is still there");
  });

  it("goes through the images in the order of the data's own loader, as plain or augmented", async () => {
    const head = await learn.precompute({ variants: 2 });
    const itemsOf = async (loader: BatchLoader, pass: number) => {
      const items: number[] = [];
      for await (const batch of loader.batches(pass)) items.push(...batch.items);
      return items;
    };
    for (const pass of [0, 1]) {
      assert.deepEqual(await itemsOf(head.data.trainDl, pass), await itemsOf(learn.data.trainDl, pass));
    }

    const plain = new Map<number, string>();
    for await (const { items, x } of head.data.fixDl.batches()) {
      const width = x.length / items.length;
      items.forEach((item, k) => plain.set(item, x.subarray(k * width, (k + 1) * width).join()));
    }
    let [same, other] = [0, 0];
    for await (const { items, x } of head.data.trainDl.batches()) {
      const width = x.length / items.length;
      items.forEach((item, k) => {
        if (plain.get(item) === x.subarray(k * width, (k + 1) * width).join()) same++;
        else other++;
      });
    }
    assert.ok(same > 0 && other > 0, `${same} plain, ${other} augmented`);
    head.dispose();
  });

  it("refuses no variant", async () => {
    await assert.rejects(learn.precompute({ variants: 0 }), { name: "UserError", message: /variants is 0/ });
  });
});
