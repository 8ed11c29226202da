import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import path from "node:path";
import { messageOf, UserError } from "../core/errors.js";
import { valueAt } from "../core/valueAt.js";
import type { DataFolders, FileList, RunData, SplitData } from "./RunData.js";
import type { FoundDataset } from "../xrays/FoundDataset.js";
import type { ImageDataBunch } from "../data/ImageDataBunch.js";
import type { ImageDataset } from "../data/ImageDataset.js";
import { imageFiles } from "../data/labels/imageFolder.js";
import { sourceOf } from "../xrays/sourceOf.js";

/** Which images a run has. */
export interface DescribedImages extends Pick<ImageDataBunch, "path" | "trainDs"> {
  /** Those that it was judged on. */
  readonly validDs: ImageDataset;
  /** Images of the training folder that did not train, and that thresholds were chosen on. */
  readonly heldOutDs?: ImageDataset;
  /** The same, that the epochs were chosen on, where they are others. */
  readonly tuningDs?: ImageDataset;
}

/**
 * What a run says of its images: where they lie, how many of each class, and what tells them from others.
 * @throws UserError naming an image that is not there any more
 */
export function describeData(
  { path: folder, trainDs, validDs, heldOutDs, tuningDs }: DescribedImages,
  { train, valid }: Pick<FoundDataset, "train" | "valid">,
): RunData {
  const of = (name: string, dataset: ImageDataset): SplitData => ({
    folder: name,
    ...fileList(
      path.join(folder, name),
      dataset.items.map((item) => item.path),
    ),
    classes: Object.fromEntries(dataset.counts().map((count, k) => [valueAt(dataset.classes, k), count])),
    available: available(folder, name),
  });
  const all = [trainDs, heldOutDs, tuningDs, validDs].flatMap((dataset) => dataset?.items ?? []);
  return {
    source: sourceOf(folder, all),
    folder,
    name: path.basename(folder),
    train: of(train, trainDs),
    valid: of(valid, validDs),
    ...(heldOutDs && { heldOut: of(train, heldOutDs) }),
    ...(tuningDs && { tuning: of(train, tuningDs) }),
  };
}

/** The images that a run on a data set draws from. */
export function dataFolders({ path: folder, train, valid }: FoundDataset): DataFolders {
  return {
    folder,
    train: { available: available(folder, train) },
    valid: { available: available(folder, valid) },
  };
}

function available(folder: string, name: string): FileList {
  const place = path.join(folder, name);
  return fileList(place, imageFiles(place));
}

function fileList(folder: string, files: readonly string[]): FileList {
  const lines = files.map((file) => {
    const name = path.relative(folder, file).split(path.sep).join("/");
    return `${name}\t${sizeOf(file)}\n`;
  });
  const hash = createHash("sha256").update(lines.sort().join("")).digest("hex");
  return { images: files.length, hash };
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch (cause) {
    throw new UserError(
      `${file} cannot be read any more: ${messageOf(cause)}`,
      "Put it back, or make the data anew, so that the run can say which images it was made of.",
      { cause },
    );
  }
}
