import path from "node:path";
import { currentDisplay } from "../display/Display.js";
import { Random } from "../engine/random.js";
import { UserError } from "../errors.js";
import { type LabelledFile, imageFiles, splitFiles } from "./imageFolder.js";
import { streams } from "./streams.js";

export interface Split {
  readonly train: readonly LabelledFile[];
  readonly valid: readonly LabelledFile[];
  /** Sorted classes of the training images. */
  readonly classes: readonly string[];
}

export interface SplitOptions {
  readonly train: string;
  readonly valid: string;
  readonly seed: number;
  /** Share of all images, in (0, 1), that validate; the folders `train` and `valid` then mean nothing. */
  readonly validPct?: number;
  /** At most this many of each class, drawn by the seed; 0: all. */
  readonly trainPerClass: number;
  readonly validPerClass: number;
}

/**
 * Finds and divides the images as fast.ai's `from_folder` does: by folder, or at random over all of them.
 * @throws UserError when folders or images are missing, or when there are fewer than two classes
 */
export function splitItems(root: string, options: SplitOptions): Split {
  const { seed, validPct } = options;
  const [train, valid] =
    validPct === undefined
      ? [splitFiles(root, options.train), splitFiles(root, options.valid)]
      : splitAtRandom(imageFiles(root), validPct, seed);
  const classes = [...new Set(train.map((file) => file.class))].sort();
  const [only] = classes;
  if (only === undefined) throw new UserError(`${root} holds no images to train on.`, "Check the path.");
  if (classes.length === 1) {
    throw new UserError(
      `The training images in ${root} have only one class, "${only}".`,
      "Telling classes apart takes at least two: one folder of images for each class.",
    );
  }
  return {
    train: drawPerClass(train, classes, options.trainPerClass, seed, 0),
    valid: drawPerClass(knownOnly(valid, classes, root), classes, options.validPerClass, seed, 1),
    classes,
  };
}

function splitAtRandom(
  files: LabelledFile[],
  validPct: number,
  seed: number,
): [LabelledFile[], LabelledFile[]] {
  const chosen = new Set(
    new Random(seed, streams.split).permutation(files.length).slice(0, Math.floor(validPct * files.length)),
  );
  return [files.filter((_, i) => !chosen.has(i)), files.filter((_, i) => chosen.has(i))];
}

/** fast.ai drops validation images of a class that training does not know; so do we, and say it. */
function knownOnly(files: readonly LabelledFile[], classes: readonly string[], root: string): LabelledFile[] {
  const known = files.filter((file) => classes.includes(file.class));
  const unknown = [...new Set(files.map((file) => file.class))].filter((name) => !classes.includes(name));
  if (unknown.length > 0) {
    const count = files.length - known.length;
    currentDisplay().text(
      `Left out ${count} validation images of classes without training images: ${unknown.join(", ")}.`,
    );
  }
  if (known.length === 0) {
    throw new UserError(
      `${path.resolve(root)} holds no validation images.`,
      "Check validPct or the valid folder.",
    );
  }
  return known;
}

/** At most `perClass` images of each class, in their old order; 0 takes all. */
function drawPerClass(
  files: readonly LabelledFile[],
  classes: readonly string[],
  perClass: number,
  seed: number,
  split: number,
): readonly LabelledFile[] {
  if (perClass === 0) return files;
  const chosen = classes.flatMap((name, label) => {
    const own = files.filter((file) => file.class === name);
    const order = new Random(seed, streams.subset, split, label).permutation(own.length);
    return order.slice(0, perClass).flatMap((i) => own[i] ?? []);
  });
  const set = new Set(chosen);
  return files.filter((file) => set.has(file));
}
