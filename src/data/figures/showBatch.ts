import { joinLabels } from "../../core/joinLabels.js";
import { checkInteger, checkOneOf } from "../../core/checkNumber.js";
import { checkOptions, type OptionKinds } from "../../core/checkOptions.js";
import { UserError } from "../../core/errors.js";
import type { Batch } from "../Batch.js";
import { ImageDataset } from "../ImageDataset.js";
import type { ImageStats } from "../../core/imagenetStats.js";
import type { DataLoader } from "../loading/DataLoader.js";
import type { Transform } from "../transforms/Transform.js";
import type { Transforms } from "../transforms/getTransforms.js";
import { batchTiles, showTiles } from "./showImages.js";
import type { Tile } from "./imageGrid.js";

/** Which images `data.showBatch` shows. */
export interface ShowBatchOptions {
  /** Rows and columns of the grid: it has `rows` x `rows` images, if the batch has as many. @default 5 */
  readonly rows?: number;
  /** The set: of training another batch is drawn and augmented at each call. @default "train" */
  readonly dsType?: "train" | "valid" | "test";
  /** Which batch of the set, from 0 on: 1 is the next one after the first. @default 0 */
  readonly batch?: number;
  /**
   * One training image in as many augmentations as the grid has places, other ones at each call: fast.ai v2's `unique`.
   * A number is the image's place in `trainDs`; true takes the first. @default false
   */
  readonly unique?: boolean | number;
}

const kinds: OptionKinds<ShowBatchOptions> = {
  rows: "number",
  dsType: "text",
  batch: "number",
  unique: ["boolean", "number"],
};

/** The data whose images are shown. */
interface ShownData {
  readonly classes: readonly string[];
  readonly size: number;
  readonly trainDs: ImageDataset;
  readonly dsTfms: Transforms;
  readonly normalization: ImageStats | undefined;
  oneBatch(dsType: "train" | "valid" | "test", batch: number): Promise<Batch>;
  loader(dataset: ImageDataset, transforms: readonly Transform[]): DataLoader;
}

/** How often single images of these data were looked at: each time other augmentations are drawn. */
const looks = new WeakMap<ShownData, number>();

/** See `ImageDataBunch.showBatch`. */
export async function showBatch(data: ShownData, options: ShowBatchOptions): Promise<void> {
  checkOptions("showBatch()", options, kinds);
  const { dsType = "train", batch = 0, unique = false } = options;
  const rows = checkInteger("rows", options.rows ?? 5, 1);
  checkInteger("batch", batch, 0);
  checkOneOf("dsType", dsType, ["train", "valid", "test"]);
  if (unique !== false) {
    if (dsType !== "train" || batch !== 0) {
      throw new UserError(
        "unique shows augmentations, which training images alone have.",
        "Leave out dsType and batch, or unique.",
      );
    }
    await showAugmented(data, unique === true ? 0 : unique, rows);
    return;
  }
  const shown = await data.oneBatch(dsType, batch);
  // The label of an image without a class is 0, which is a class of others.
  const titles = Array.from(shown.y.subarray(0, rows * rows), (label, k) => {
    if (dsType === "test") return "no label";
    return shown.targets ? labelsOf(data.classes, shown.targets, k) : (data.classes[label] ?? "");
  });
  const what = { train: "augmented training images", valid: "validation images", test: "test images" };
  await showTiles(batchTiles(shown, data.normalization, titles), data.size, what[dsType]);
}

/** The labels that an item of a batch has. */
function labelsOf(classes: readonly string[], targets: Float32Array, item: number): string {
  const own = classes.filter((_, label) => targets[item * classes.length + label] === 1);
  return joinLabels(own);
}

async function showAugmented(data: ShownData, index: number, rows: number): Promise<void> {
  const { trainDs, dsTfms, normalization, size } = data;
  const item = trainDs.items[checkInteger("unique", index, 0)];
  if (!item) {
    throw new UserError(
      `unique is ${index}, and there are ${trainDs.length} training images.`,
      `Give a number from 0 to ${trainDs.length - 1}, or true for the first.`,
    );
  }
  const n = rows * rows;
  const copies = new ImageDataset(Array<typeof item>(n).fill(item), trainDs.classes);
  const look = looks.get(data) ?? 0;
  looks.set(data, look + 1);
  const tiles: Tile[] = [];
  for await (const batch of data.loader(copies, dsTfms.train).batches(look)) {
    tiles.push(...batchTiles(batch, normalization, Array<string>(batch.y.length).fill(item.class)));
  }
  await showTiles(tiles, size, `augmentations of the training image ${index}`);
}
