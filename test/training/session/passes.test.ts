import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { imagenetStats } from "../../../src/core/imagenetStats.js";
import { getTransforms } from "../../../src/data/transforms/getTransforms.js";
import { Learner } from "../../../src/training/Learner.js";
import { smallSet, temporaryFolder } from "../../support/folders.js";
import { tinyNet } from "../../support/tinyNet.js";

const made: Learner<ImageDataBunch>[] = [];
const modelDir = temporaryFolder();

/** Random transforms of training and of validation too, so that every pass has draws of its own. */
async function bunch(size = 32): Promise<ImageDataBunch> {
  const { train } = getTransforms();
  const data = await ImageDataBunch.fromFolder(smallSet(6, 3), {
    ...{ valid: "test", size, bs: 4, numWorkers: 0, dsTfms: { train, valid: train } },
  });
  return data.normalize(imagenetStats);
}

function learner(data: ImageDataBunch): Learner<ImageDataBunch> {
  const learn = new Learner(data, tinyNet(), "tiny", { modelDir });
  learn.freeze();
  made.push(learn);
  return learn;
}
afterEach(() => {
  for (const learn of made.splice(0)) learn.dispose();
});

/** The losses of every epoch so far. */
const losses = ({ history }: Learner<ImageDataBunch>): unknown[] =>
  history.map(({ trainLoss, validLoss }) => [trainLoss, validLoss]);

describe("a learner's passes over the data", () => {
  it("are its own: made anew on the same data and seed it gives the same numbers", async () => {
    const data = await bunch();
    const first = learner(data);
    await first.fit(2);
    assert.notDeepEqual(losses(first)[0], losses(first)[1]);
    // Who else looks at the data changes nothing.
    for await (const batch of data.trainDl.batches()) assert.equal(batch.y.length, 4);
    const second = learner(data);
    await second.lrFind({ numIt: 4 });
    await second.getPreds({ dsType: "train" });
    await second.fit(2);
    assert.deepEqual(losses(second), losses(first));

    // In turn, and at the same time.
    const [a, b] = [learner(data), learner(data)];
    await a.fit(1);
    await b.fit(1);
    await Promise.all([a.fit(1), b.fit(1)]);
    assert.equal(losses(a).length, 2);
    assert.deepEqual(losses(a), losses(b));
    const once = learner(data);
    await once.fit(1);
    await once.fit(1);
    assert.deepEqual(losses(a), losses(once));
  });

  it("begin anew with other data, and go on where they were with data that come back", async () => {
    const [small, large] = [await bunch(), await bunch(48)];
    const through = async (of: { small: ImageDataBunch; large: ImageDataBunch }) => {
      const learn = learner(of.small);
      for (const data of [of.small, of.large, of.small]) {
        learn.data = data;
        await learn.fit(1);
      }
      return losses(learn);
    };
    const first = await through({ small, large });
    assert.deepEqual(await through({ small, large }), first);
    assert.notDeepEqual(first[2], first[0]);
  });

  it("are kept by save, for a learner of the same data", async () => {
    const data = await bunch();
    const whole = learner(data);
    await whole.fit(1);
    await whole.save("passes");
    await whole.fit(1);
    const later = learner(data);
    await later.load("passes");
    await later.fit(1);
    assert.deepEqual(losses(later)[0], losses(whole)[1]);
  });

  it("of a head on features are its own too", async () => {
    const learn = learner(await bunch());
    const head = async () => {
      await learn.load("untrained");
      const made = await learn.precompute({ variants: 2 });
      await made.fit(2);
      const numbers = made.history.map(({ trainLoss }) => trainLoss);
      made.dispose();
      return numbers;
    };
    await learn.save("untrained");
    const first = await head();
    await learn.fit(1);
    assert.deepEqual(await head(), first);
  });
});
