import { aPath, checkArguments } from "../core/checkArguments.js";
import path from "node:path";
import { namesInWords } from "../core/namesInWords.js";
import type { GroupNoun } from "../core/groupNoun.js";
import { UserError } from "../core/errors.js";
import { type BunchSettings, type ImageDataBunchOptions, bunchSettings } from "./bunchOptions.js";
import type { Division } from "./divisions.js";
import { checkImages } from "./images/checkImages.js";
import { ImageDataset } from "./ImageDataset.js";
import { type ImageFilesOptions, type LabelledFile, requireFolder } from "./labels/imageFolder.js";
import { LeftOut } from "./labels/LeftOut.js";
import { WorkerPool } from "./loading/WorkerPool.js";
import { ImageCache } from "./loading/ImageCache.js";
import { belowFolder, nounOf, numberPatients, requireGroups } from "./labels/patients.js";
import { testFiles } from "./labels/splitFiles.js";
import { type Split, splitItems, type TrainValidSplit } from "./labels/splitItems.js";
import { warnOfCopies } from "./labels/warnOfCopies.js";
import { hearWarnings } from "../core/warnings.js";

/** What a bunch is made of. */
export interface BunchParts extends BunchSettings {
  /** Absolute. */
  readonly path: string;
  readonly trainDs: ImageDataset;
  readonly validDs: ImageDataset;
  readonly heldOutDs?: ImageDataset;
  readonly testDs?: ImageDataset;
  readonly workers: WorkerPool;
  readonly cache: ImageCache;
  readonly secondsToLoad: number;
  /** How the images were divided; see {@link TrainValidSplit}. */
  readonly how?: string;
  /** What is warned of, without the word; of images that are looked at later, too. */
  readonly warnings: string[];
  /** What was found in the folder and is in no set, in sentences. */
  readonly leftOut: readonly string[];
}

/** Files that were found and divided; none was decoded yet. */
export interface DividedFiles {
  /** Absolute path of the data set. */
  readonly root: string;
  readonly settings: BunchSettings;
  readonly split: Split;
  /** Absolute paths of the images without labels. */
  readonly test: readonly string[];
  /** What was not taken, in a sentence; "" where everything was. */
  readonly leftOut: string;
}

/** What says which files there are. */
type FileOptions = ImageDataBunchOptions & Pick<ImageFilesOptions, "exclude">;

/**
 * Finds the files of a bunch and divides them. Says in one sentence what was not taken.
 * @throws UserError naming the option, folder or file that is wrong
 */
export function divideFiles(folder: string, options: FileOptions, divide: Division): DividedFiles {
  checkArguments('ImageDataBunch.fromFolder("data/chest_xray", { size: 224 })', { folder: [folder, aPath] });
  const root = path.resolve(folder);
  const given = bunchSettings(options);
  const settings = { ...given, groupBy: belowFolder(given.groupBy, root) };
  requireFolder(root, "The data set", "Give the folder that holds the images.");

  const leftOut = new LeftOut();
  const test = settings.test === undefined ? [] : testFiles(root, settings.test, leftOut, options.exclude);
  const halves = divide({ root, settings, testPaths: new Set(test), leftOut });
  leftOut.say(root);
  requireApart(test, halves);
  requireGroups([...halves.train, ...halves.valid, ...(halves.heldOut ?? [])], settings.groupBy);
  return { root, settings, split: splitItems(root, halves, settings), test, leftOut: leftOut.inWords(root) };
}

/**
 * The way that all factories of `ImageDataBunch` share: options checked, files found and divided, every file
 * decoded once. Says in one sentence what was not taken, and warns of copies on both sides.
 * @param divide finds the labelled files and divides them
 * @throws UserError naming the option, folder or file that is wrong
 */
export async function loadBunch(folder: string, options: FileOptions, divide: Division): Promise<BunchParts> {
  const start = performance.now();
  const { result, warnings } = hearWarnings(() => divideFiles(folder, options, divide));
  const { root, settings, split, test, leftOut } = result;
  const workers = new WorkerPool(settings.numWorkers);
  const cache = new ImageCache();
  const labelled = [...split.train, ...split.valid, ...(split.heldOut ?? [])];
  const files = [...labelled.map((file) => file.path), ...test];
  const bad = await checkImages(files, settings, workers, cache);

  const patients = numberPatients(labelled, settings.groupBy);
  const groupNoun = nounOf(settings.groupBy) ?? split.groupNoun;
  const dataset = (chosen: readonly LabelledFile[]): ImageDataset =>
    datasetOf(
      chosen.filter((file) => !bad.has(file.path)),
      split.classes,
      patients,
      groupNoun,
    );
  const [trainDs, validDs] = [dataset(split.train), dataset(split.valid)];
  const heldOutDs = split.heldOut && dataset(split.heldOut);
  requireEnough(trainDs, [validDs, ...(heldOutDs ? [heldOutDs] : [])], settings.bs, root);
  const usable = test.filter((file) => !bad.has(file));
  const testDs = settings.test === undefined ? undefined : ImageDataset.unlabelled(usable, split.classes);
  const judging = {
    validation: validDs,
    ...(heldOutDs && { "held-out": heldOutDs }),
    ...(testDs && { test: testDs }),
  };
  const ofCopies = hearWarnings(() => {
    warnOfCopies(root, trainDs, judging);
  });
  const secondsToLoad = (performance.now() - start) / 1000;
  const { how } = split;
  const cannotBeUsed = files.filter((file) => bad.has(file)).map((file) => path.relative(root, file));
  const sentences = [
    leftOut,
    cannotBeUsed.length === 0
      ? ""
      : `Left out ${cannotBeUsed.length} that cannot be read: ${namesInWords(cannotBeUsed, 20)}.`,
  ];
  return {
    ...settings,
    ...{ path: root, trainDs, validDs, heldOutDs, testDs, workers, cache, secondsToLoad, how },
    leftOut: sentences.filter((sentence) => sentence !== ""),
    warnings: [...warnings, ...ofCopies.warnings],
  };
}

/** Labelled files as images, each with its patient's number in place of the patient. */
export function datasetOf(
  files: readonly LabelledFile[],
  classes: readonly string[],
  patients: ReadonlyMap<string, number> | undefined,
  groupNoun: GroupNoun | undefined,
): ImageDataset {
  const items = files.map(({ path: file, class: name, targets }) => {
    const patient = patients?.get(file);
    const known = patient === undefined ? {} : { patient };
    const own = targets && { targets: classes.map((label) => targets.get(label) ?? 0) };
    return { path: file, class: name, label: own ? 0 : classes.indexOf(name), ...known, ...own };
  });
  return new ImageDataset(items, classes, patients && groupNoun);
}

function requireApart(test: readonly string[], { train, valid, heldOut = [] }: TrainValidSplit): void {
  const labelled = new Set([...train, ...valid, ...heldOut].map((file) => file.path));
  const both = test.find((file) => labelled.has(file));
  if (both === undefined) return;
  throw new UserError(
    `${both} is in the test folder, and trains or validates too.`,
    "Give a test folder apart from the labelled images.",
  );
}

function requireEnough(
  train: ImageDataset,
  judging: readonly ImageDataset[],
  bs: number,
  root: string,
): void {
  for (const dataset of [train, ...judging]) {
    if (dataset.length > 0) continue;
    throw new UserError(`No usable image is left in ${root}.`, "Repair the files that were left out.");
  }
  const missing = train.counts().indexOf(0);
  if (missing !== -1) {
    throw new UserError(
      `No usable training image of the class "${train.classes[missing] ?? ""}" is left in ${root}.`,
      "Repair the files that were left out.",
    );
  }
  if (train.length < bs) {
    throw new UserError(
      `There are ${train.length} training images, fewer than the batch size ${bs}: not one full batch.`,
      `Choose a bs of at most ${train.length}, or more images.`,
    );
  }
}
