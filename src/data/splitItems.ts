import path from "node:path";
import { currentDisplay } from "../display/Display.js";
import { Random } from "../engine/random.js";
import { UserError } from "../errors.js";
import type { BunchSettings } from "./bunchOptions.js";
import { type LabelledFile, splitFiles } from "./imageFolder.js";
import { type PatientOf, byPatient, warnOfSharedPatients } from "./patients.js";
import { streams } from "./streams.js";

/** Labelled files on both sides of a split. */
export interface Halves {
  readonly train: readonly LabelledFile[];
  readonly valid: readonly LabelledFile[];
}

export interface Split extends Halves {
  /** Sorted classes of the training images. */
  readonly classes: readonly string[];
}

/**
 * Divides images by the folders that hold them.
 * @param groupBy only looked at: patients on both sides are reported
 * @throws UserError when folders or images are missing
 */
export function splitByFolder(root: string, train: string, valid: string, groupBy?: PatientOf): Halves {
  const halves = { train: splitFiles(root, train), valid: splitFiles(root, valid) };
  if (groupBy) warnOfSharedPatients(halves.train, halves.valid, groupBy);
  return halves;
}

/**
 * Divides images at random: the first of a seeded permutation validate, as fast.ai's `split_by_rand_pct` does it,
 * and with `groupBy` the first patients of a permutation of patients, until the share is reached.
 * @param validPct share for validation, in (0, 1)
 * @throws UserError when `groupBy` gives no patient for a file
 */
export function splitAtRandom(
  files: readonly LabelledFile[],
  validPct: number,
  { seed, groupBy }: Pick<BunchSettings, "seed" | "groupBy">,
): Halves {
  const groups = groupBy ? [...byPatient(files, groupBy).values()] : files.map((file) => [file]);
  const wanted = Math.floor(validPct * files.length);
  const chosen = new Set<LabelledFile>();
  for (const group of new Random(seed, streams.split).permutation(groups.length)) {
    if (chosen.size >= wanted) break;
    for (const file of groups[group] ?? []) chosen.add(file);
  }
  return {
    train: files.filter((file) => !chosen.has(file)),
    valid: files.filter((file) => chosen.has(file)),
  };
}

/**
 * Finds the classes, and draws the subsets asked for.
 * @param root for messages
 * @throws UserError when a side is empty or there are fewer than two classes
 */
export function splitItems(root: string, { train, valid }: Halves, settings: BunchSettings): Split {
  const { seed, trainPerClass, validPerClass } = settings;
  const classes = [...new Set(train.map((file) => file.class))].sort();
  const [only] = classes;
  if (only === undefined) {
    throw new UserError(`${root} holds no images to train on.`, "Check the path, validPct and groupBy.");
  }
  if (classes.length === 1) {
    throw new UserError(
      `The training images in ${root} have only one class, "${only}".`,
      "Telling classes apart takes at least two, such as one folder of images for each class.",
    );
  }
  return {
    train: drawPerClass(train, classes, trainPerClass, seed, 0),
    valid: drawPerClass(knownOnly(valid, classes, root), classes, validPerClass, seed, 1),
    classes,
  };
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
