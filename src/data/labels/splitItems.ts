import path from "node:path";
import type { GroupNoun } from "../../core/groupNoun.js";
import { percent } from "../../core/percent.js";
import { Random } from "../../core/Random.js";
import { UserError } from "../../core/errors.js";
import type { BunchSettings } from "../bunchOptions.js";
import { checkClasses } from "./checkClasses.js";
import { splitSeveral } from "./splitSeveral.js";
import { stratified } from "./stratified.js";
import type { LabelledFile } from "./imageFolder.js";
import { type FolderReading, labelFromFolders } from "./labelFromFolders.js";
import { namesInWords } from "../../core/namesInWords.js";
import { type GroupBy, byPatient, nounOf, warnOfSharedPatients } from "./patients.js";
import { splitFiles, tellUnreadSplits } from "./splitFiles.js";
import { randomStreams } from "../../core/randomStreams.js";
import { tell } from "../../core/warnings.js";

/** Labelled files on the sides of a split. */
export interface TrainValidSplit {
  readonly train: readonly LabelledFile[];
  readonly valid: readonly LabelledFile[];
  /** Those that neither train nor validate; undefined where none are held out. */
  readonly heldOut?: readonly LabelledFile[];
  /** How they were divided, as a clause that completes "The images were divided ...". */
  readonly how?: string;
  /** What those are called whose images belong together. @default "patient" */
  readonly groupNoun?: GroupNoun;
}

/** How the images of a split are spoken of that do not train. */
export interface JudgingSet {
  /** What they are called, such as "validation". */
  readonly name: string;
  /** What to do where there are none. */
  readonly ifEmpty: string;
  /** What to do where a class has none, of a split that is stratified or not. */
  readonly ifClassMissing: (isStratified: boolean) => string;
}

const validation: JudgingSet = {
  name: "validation",
  ifEmpty: "Check validPct, validCol or the valid folder.",
  ifClassMissing: (isStratified) =>
    isStratified
      ? "Add images of it, or give a validation folder with every class."
      : "Take stratify: true, another seed or a larger validPct, or give a validation folder with every class.",
};

const heldOutSet: JudgingSet = {
  name: "held-out",
  ifEmpty: "Check heldOutPct and groupBy.",
  ifClassMissing: (isStratified) =>
    isStratified ? "Add images of it." : "Take another seed, a larger heldOutPct, or stratify.",
};

export interface Split extends TrainValidSplit {
  /** Sorted classes of the training images. */
  readonly classes: readonly string[];
}

/**
 * Divides images by the folders that hold them.
 * @param groupBy only looked at: patients on both sides are reported
 * @throws UserError when folders or images are missing, one split lies in the other, or classes are not clear
 */
export function splitByFolder(
  root: string,
  train: string,
  valid: string,
  groupBy?: GroupBy,
  { classFolder, ...listing }: FolderReading = {},
): TrainValidSplit {
  const [trained, validated] = [splitFiles(root, train, listing), splitFiles(root, valid, listing)];
  const learned = new Set(trained.map((file) => file.path));
  const both = validated.filter((file) => learned.has(file.path));
  const [first] = both;
  if (first) {
    throw new UserError(
      `${both.length} images are in "${train}" and in "${valid}", such as ${first.path}.`,
      "Give two folders that hold different images.",
    );
  }
  tellUnreadSplits(root, [train, valid], listing.exclude);
  const labelled = labelFromFolders([...trained, ...validated], classFolder);
  const how = `by their folders, as they were given: ${train} and ${valid}`;
  const halves = { train: labelled.slice(0, trained.length), valid: labelled.slice(trained.length), how };
  if (groupBy) warnOfSharedPatients(halves.train, halves.valid, groupBy);
  return halves;
}

/**
 * Divides images at random: the first of a seeded permutation validate, as fast.ai's `split_by_rand_pct` does it,
 * and with `groupBy` the first patients of a permutation of patients, until the share is reached; with `stratify` the
 * first that bring every class nearer to its share. Of the others the next ones are held out, in the same way.
 * @param validPct share for validation, in (0, 1)
 * @throws UserError as `patientsOf` does
 */
export function splitAtRandom(
  files: readonly LabelledFile[],
  validPct: number,
  { seed, groupBy, stratify = false, heldOutPct, groupNoun = nounOf(groupBy) }: SplitSettings,
): TrainValidSplit {
  const groups = [...byPatient(files, groupBy).values()];
  const order = new Random(seed, randomStreams.split).permutation(groups.length);
  const drawn = Array.from(order, (group) => groups[group] ?? []);
  const draw = stratify ? stratified : firstGroups;
  const valid = new Set(draw(drawn, validPct));
  const others = drawn.filter((group) => !valid.has(group));
  // A share of all images is a larger share of those that are left.
  const share = (heldOutPct ?? 0) * (files.length / others.flat().length);
  const heldOut = new Set(heldOutPct === undefined ? [] : draw(others, share));
  const filesOf = (isIn: (group: readonly LabelledFile[]) => boolean): LabelledFile[] => {
    const chosen = new Set(drawn.filter(isIn).flat());
    return files.filter((file) => chosen.has(file));
  };
  const heldOutInWords = heldOutPct === undefined ? "" : ` and ${percent(heldOutPct)} to be held out`;
  const apart = stratify ? ", of each class as nearly its share as possible" : "";
  const whole = groups.length < files.length ? `, and images of one ${groupNoun ?? "patient"} together` : "";
  return {
    how: `at random by seed ${seed}: ${percent(validPct)} for validation${heldOutInWords}${apart}${whole}`,
    train: filesOf((group) => !valid.has(group) && !heldOut.has(group)),
    valid: filesOf((group) => valid.has(group)),
    ...(heldOutPct !== undefined && { heldOut: filesOf((group) => heldOut.has(group)) }),
  };
}

/** What decides who falls on which side. */
type SplitSettings = Pick<BunchSettings, "seed" | "groupBy" | "stratify" | "heldOutPct"> &
  Pick<TrainValidSplit, "groupNoun">;

/** The first groups, until they have the share of the files. */
function firstGroups(
  groups: readonly (readonly LabelledFile[])[],
  share: number,
): (readonly LabelledFile[])[] {
  const wanted = Math.floor(share * groups.flat().length);
  let files = 0;
  return groups.filter((group) => {
    if (files >= wanted) return false;
    files += group.length;
    return true;
  });
}

/**
 * Finds the classes, and draws the subsets asked for. Says what is odd about the classes, and which validation images
 * are of none.
 * @param root for messages
 * @param judging what the images are called that do not train, and what to do where some are missing
 * @throws UserError when a side is empty, there are fewer than two classes, or two classes look alike
 */
export function splitItems(
  root: string,
  { train, valid, heldOut, how, groupNoun }: TrainValidSplit,
  settings: BunchSettings,
  judging: JudgingSet = validation,
): Split {
  const divided = { train, valid, heldOut, how, groupNoun };
  if ([...train, ...valid].some(({ targets }) => targets)) return splitSeveral(root, divided, settings);
  const { seed, trainPerClass, validPerClass } = settings;
  const classes = [...new Set(train.map((file) => file.class))].sort();
  const [only] = classes;
  if (only === undefined) {
    throw new UserError(`${root} holds no images to train on.`, "Check the path, validPct and groupBy.");
  }
  const notes = checkClasses(train, [...valid, ...(heldOut ?? [])]);
  if (classes.length === 1) {
    throw new UserError(
      `The training images in ${root} have only one class, "${only}".`,
      "Telling classes apart takes at least two, such as one folder of images for each class.",
    );
  }
  const isStratified = settings.stratify === true;
  const known = knownOnly(valid, classes, { root, notes, judging, isStratified });
  const apart = heldOut && knownOnly(heldOut, classes, { root, notes, judging: heldOutSet, isStratified });
  tell(...notes);
  return {
    train: drawPerClass(train, classes, trainPerClass, seed, 0),
    valid: drawPerClass(known, classes, validPerClass, seed, 1),
    ...(apart && { heldOut: apart }),
    ...(how !== undefined && { how }),
    ...(groupNoun && { groupNoun }),
    classes,
  };
}

/** fast.ai drops validation images of a class that training does not know; so do we, and note it. */
function knownOnly(
  files: readonly LabelledFile[],
  classes: readonly string[],
  {
    root,
    notes,
    judging,
    isStratified,
  }: { root: string; notes: string[]; judging: JudgingSet; isStratified: boolean },
): LabelledFile[] {
  const known = files.filter((file) => classes.includes(file.class));
  const unknown = files.filter((file) => !classes.includes(file.class));
  const foreign =
    unknown.length === 0
      ? ""
      : `Left out ${unknown.length} ${judging.name} ${unknown.length === 1 ? "image" : "images"} of classes without training images: ` +
        `${namesInWords(unknown.map((file) => file.class))}.`;
  if (known.length === 0) {
    throw new UserError(
      `${path.resolve(root)} holds no ${judging.name} images. ${foreign}`.trimEnd(),
      judging.ifEmpty,
    );
  }
  if (foreign !== "") notes.push(foreign);
  const validated = new Set(known.map((file) => file.class));
  const missing = classes.filter((name) => !validated.has(name));
  if (missing.length > 0) {
    notes.push(
      `Warning: ${judging.name} holds no images of ${namesInWords(missing)}: how well this is told cannot be measured. ` +
        judging.ifClassMissing(isStratified),
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
    const order = new Random(seed, randomStreams.subset, split, label).permutation(own.length);
    return order.slice(0, perClass).flatMap((i) => own[i] ?? []);
  });
  const set = new Set(chosen);
  return files.filter((file) => set.has(file));
}
