import assert from "node:assert/strict";
import { it } from "node:test";
import { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { imagenetStats } from "../../src/core/imagenetStats.js";
import { getTransforms } from "../../src/data/transforms/getTransforms.js";
import { ClassificationInterpretation } from "../../src/interpretation/ClassificationInterpretation.js";
import { refuses } from "../support/refuses.js";
import { tinyLearner } from "../support/tinyLearner.js";
import { smallSet } from "../support/folders.js";

const set = { valid: "test", size: 32, bs: 4, numWorkers: 0, dsTfms: getTransforms() } as const;
const otherStats = { mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] } as const;

it("a loader whose images are prepared otherwise is refused, with what differs", async () => {
  const learn = await tinyLearner();
  const folder = smallSet(4, 2);
  const load = (options: object) => ImageDataBunch.fromFolder(folder, { ...set, ...options });
  const cases = [
    [await load({}), "the normalisation none"],
    [(await load({})).normalize(otherStats), "the normalisation mean 0.5, 0.5, 0.5 and std 0.2, 0.2, 0.2"],
    [(await load({ size: 40 })).normalize(imagenetStats), "the size 40; those of the learner's data have 32"],
    [(await load({ resizeMethod: "squish" })).normalize(imagenetStats), "the resizeMethod squish"],
  ] as const;
  for (const [{ validDl: dl }, message] of cases) {
    await refuses(learn.getPreds({ dl }), message);
    await refuses(ClassificationInterpretation.fromLearner(learn, { dl }), message);
  }
  const same = (await load({})).normalize(imagenetStats);
  assert.equal((await learn.getPreds({ dl: same.validDl })).y.length, 4);
  const both = { dl: same.validDl, dsType: "train" } as const;
  await refuses(learn.getPreds(both), 'dsType is "train", and dl is given too');
  await refuses(ClassificationInterpretation.fromLearner(learn, both), 'dsType is "train"');
  learn.dispose();
});
