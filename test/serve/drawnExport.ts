import { readFile } from "node:fs/promises";
import path from "node:path";
import { drawPhantomSet } from "../../src/xrays/drawPhantomSet.js";
import { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { imagenetStats } from "../../src/core/imagenetStats.js";
import { Learner } from "../../src/training/Learner.js";
import { tinyNet } from "../support/tinyNet.js";

/** A small net with drawn weights, exported, and two drawn X-rays to ask it of. */
export async function drawnExport(
  folder: string,
): Promise<{ readonly file: string; readonly images: readonly [Buffer, Buffer] }> {
  const set = await drawPhantomSet({ folder: path.join(folder, "xrays"), trainPerClass: 4, testPerClass: 2 });
  const data = await ImageDataBunch.fromFolder(set, { valid: "test", size: 64, bs: 4, numWorkers: 0 });
  data.normalize(imagenetStats);
  const learn = new Learner(data, tinyNet(), "tiny", { modelDir: folder });
  const file = await learn.export();
  learn.dispose();
  const [first, second] = data.validDs.items;
  return { file, images: [await readFile(first?.path ?? ""), await readFile(second?.path ?? "")] };
}
