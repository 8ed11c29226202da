import { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { imagenetStats } from "../../src/core/imagenetStats.js";
import { getTransforms } from "../../src/data/transforms/getTransforms.js";
import { Learner } from "../../src/training/Learner.js";
import { errorRate } from "../../src/training/metrics/metrics.js";
import { smallSet, temporaryFolder } from "./folders.js";
import { tinyNet } from "./tinyNet.js";

/** A learner with a tiny net on drawn X-rays (12 and 6 images of 32 x 32 pixels), whose files go to a temporary folder. */
export async function tinyLearner(net = tinyNet()): Promise<Learner<ImageDataBunch>> {
  const data = await ImageDataBunch.fromFolder(smallSet(6, 3), {
    ...{ valid: "test", size: 32, bs: 4, numWorkers: 0, dsTfms: getTransforms() },
  });
  data.normalize(imagenetStats);
  return new Learner(data, net, "tiny", { metrics: [errorRate], modelDir: temporaryFolder() });
}

/** The paths of a learner's validation images, in their order. */
export const validPaths = (learn: Learner<ImageDataBunch>): string[] =>
  learn.data.validDs.items.map((item) => item.path);
