import { setDisplay, silentDisplay } from "../../src/core/Display.js";
import { BodyFeatures } from "../../src/audit/BodyFeatures.js";
import { imageFeatures } from "../../src/audit/imageFeatures.js";
import { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { smallestArchitecture } from "../support/smallestArchitecture.js";

/** Computes features of a folder in small batches, keeps those of each batch, and says how many were missing and what they are. */
export async function computeFeatures(
  folder: string,
  root: string,
): Promise<{ missing: number; features: number[] }> {
  let missing = 0;
  const taskProgress = (_: string, total: number) => {
    missing = total;
    return { update: () => undefined, end: () => undefined };
  };
  const data = await ImageDataBunch.fromFolder(folder, { valid: "test", size: 32, bs: 2, numWorkers: 0 });
  const display = setDisplay({ ...silentDisplay, taskProgress });
  const net = await BodyFeatures.load(smallestArchitecture());
  try {
    const paths = [...data.trainDs.items, ...data.validDs.items].map(({ path }) => path);
    const features = [...(await imageFeatures(data, net, paths, { root, everyMs: 0 }))];
    return { missing, features };
  } finally {
    await net.close();
    setDisplay(display);
  }
}

// Started by itself, to be killed.
if (require.main === module) void computeFeatures(process.argv[2] ?? "", process.argv[3] ?? "");
