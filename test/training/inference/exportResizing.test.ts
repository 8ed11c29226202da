import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { imagenetStats } from "../../../src/core/imagenetStats.js";
import { getTransforms } from "../../../src/data/transforms/getTransforms.js";
import { Learner } from "../../../src/training/Learner.js";
import { loadLearner } from "../../../src/training/inference/loadLearner.js";
import { smallSet, temporaryFolder } from "../../support/folders.js";
import { validPaths } from "../../support/tinyLearner.js";
import { tinyNet } from "../../support/tinyNet.js";

describe("an exported learner's images", () => {
  const root = () => smallSet(4, 3);
  for (const resizing of [
    { resizeMethod: "pad", paddingMode: "zeros" },
    { resizeMethod: "pad", paddingMode: "border" },
    { resizeMethod: "squish" },
  ] as const) {
    it(`are resized as in training: ${JSON.stringify(resizing)}`, async () => {
      const options = { valid: "test", size: 32, bs: 4, numWorkers: 0, dsTfms: getTransforms(), ...resizing };
      const data = (await ImageDataBunch.fromFolder(root(), options)).normalize(imagenetStats);
      const learn = new Learner(data, tinyNet(), "tiny", { modelDir: temporaryFolder() });
      const { probs } = await learn.getPreds();
      const loaded = await loadLearner(await learn.export());
      assert.equal(loaded.preparation.resizeMethod, resizing.resizeMethod);
      const predicted = await loaded.getPreds(validPaths(learn));
      predicted.forEach(({ probabilities }, i) => {
        assert.ok(Math.abs((probabilities[1] ?? NaN) - (probs[2 * i + 1] ?? NaN)) < 1e-6);
      });
      loaded.dispose();
      learn.dispose();
    });
  }
});
