import { checkOptions } from "../core/checkOptions.js";
import { checkOneOf } from "../core/checkNumber.js";
import { type GroupNoun, groupNounFor } from "../core/groupNoun.js";
import { UserError } from "../core/errors.js";
import { defaultValidPct, type ImageDataBunchOptions } from "./bunchOptions.js";
import { type Excluded, imageFiles, type LabelledFile } from "./labels/imageFolder.js";
import { type LabelOf, labelFromFunc, labelFromLists } from "./labels/labelFiles.js";
import { type CsvOptions, labelFromCsv } from "./labels/labelFromCsv.js";
import { type ClassFolder, labelFromFolders } from "./labels/labelFromFolders.js";
import type { LeftOut } from "./labels/LeftOut.js";
import { refuseMadeFiles } from "./labels/madeOfImages.js";
import { splitByColumn } from "./labels/splitColumn.js";
import { filesToDivide } from "./labels/splitFiles.js";
import { splitAtRandom, splitByFolder, type TrainValidSplit } from "./labels/splitItems.js";
import type { BunchSettings } from "./bunchOptions.js";
import { bunchKinds, fromCsvKinds, fromFolderKinds } from "./optionKinds.js";

/** What `ImageDataBunch.fromFolder` takes. */
export interface FromFolderOptions extends ImageDataBunchOptions {
  /** Folder of the training images, below the path; not beside `validPct`. @default "train" */
  readonly train?: string;
  /** Folder of the validation images; not beside `validPct`. @default "valid" */
  readonly valid?: string;
  /**
   * Where folders are nested, which one names an image's class: "top", the one directly below `train` and `valid` (with
   * `validPct`: below the path), or "parent", the one that holds the image, as in fast.ai.
   * @default "top"; folders that can be read in both ways are refused
   */
  readonly classFolder?: ClassFolder;
  /**
   * At any depth, names of folders that are not looked into, such as "masks", and patterns of names of files that are
   * not taken, such as /_mask/. @default none
   */
  readonly exclude?: Excluded;
}

/** What the labelled files are found by. */
export interface Place {
  /** Absolute path of the data set. */
  readonly root: string;
  readonly settings: BunchSettings;
  /** Absolute paths of the test images, which are not to be taken. */
  readonly testPaths: ReadonlySet<string>;
  /** Is told what was not taken. */
  readonly leftOut: LeftOut;
}

/** Finds the labelled files and divides them. */
export type Division = (place: Place) => TrainValidSplit;

/** How each way to make an `ImageDataBunch` finds its files and divides them; options are checked at once. */
export const divisions = { byFolders, byCsv, byLists, byNameFunc };

function byFolders(options: FromFolderOptions): Division {
  checkOptions("fromFolder()", options, fromFolderKinds);
  const { train = "train", valid = "valid", classFolder, exclude = [] } = options;
  return ({ root, settings, testPaths, leftOut }) => {
    const { validPct, groupBy } = settings;
    checkOneOf("classFolder", classFolder, [undefined, "top", "parent"]);
    if (validPct === undefined) {
      refuseDividing(options);
      return splitByFolder(root, train, valid, groupBy, { classFolder, exclude, leftOut });
    }
    refuseSplitNames(options);
    const paths = imageFiles(root, { leftOut, exclude }).filter((file) => !testPaths.has(file));
    const files = filesToDivide(root, paths, { classFolder, exclude, leftOut, apart: testPaths });
    return splitAtRandom(labelFromFolders(files, classFolder), validPct, settings);
  };
}

function byCsv(options: ImageDataBunchOptions & CsvOptions): Division {
  checkOptions("fromCsv()", options, fromCsvKinds);
  const { patientCol, validCol } = options;
  if (patientCol !== undefined && options.groupBy) {
    const column = JSON.stringify(patientCol);
    throw new UserError(
      `patientCol is ${column}, and groupBy is given too: one or the other says whose image it is.`,
      "Leave one of them out.",
    );
  }
  const label = ({ root, testPaths, leftOut }: Place): LabelledFile[] =>
    labelFromCsv(root, options, leftOut, testPaths);
  const groupNoun = typeof patientCol === "string" ? groupNounFor(patientCol) : undefined;
  if (validCol === undefined) return atRandom(label, groupNoun);
  refuseChance(options);
  return (place) => ({
    ...splitByColumn(label(place), JSON.stringify(validCol), { ...place.settings, groupNoun }),
    ...(groupNoun && { groupNoun }),
  });
}

function byLists(
  fnames: readonly string[],
  labels: readonly string[],
  options: ImageDataBunchOptions,
): Division {
  checkOptions("fromLists()", options, bunchKinds);
  return atRandom(({ root }) => labelFromLists(root, fnames, labels));
}

function byNameFunc(
  fnames: readonly string[] | undefined,
  labelFunc: LabelOf,
  options: ImageDataBunchOptions,
): Division {
  checkOptions("fromNameFunc()", options, bunchKinds);
  return atRandom(({ root, testPaths, leftOut }) => {
    const found = (): string[] => {
      const files = imageFiles(root, { leftOut }).filter((file) => !testPaths.has(file));
      refuseMadeFiles(
        files,
        () => "Give fnames, the list of the files that are meant, or move the others elsewhere.",
      );
      return files;
    };
    return labelFromFunc(root, fnames ?? found(), labelFunc);
  });
}

const atRandom =
  (label: (place: Place) => readonly LabelledFile[], groupNoun?: GroupNoun): Division =>
  (place) => ({
    ...splitAtRandom(label(place), place.settings.validPct ?? defaultValidPct, {
      ...place.settings,
      ...(groupNoun && { groupNoun }),
    }),
    ...(groupNoun && { groupNoun }),
  });

/** Given folders are as they are. */
function refuseDividing({ stratify = false, heldOutPct }: FromFolderOptions): void {
  const [name, value] = heldOutPct === undefined ? ["stratify", stratify] : ["heldOutPct", heldOutPct];
  if (value === false) return;
  throw new UserError(
    `${name} is ${value}, and validPct is not given: nothing is divided at random.`,
    `Leave out ${name}, or give validPct and the folder that is to be divided.`,
  );
}

/** Options that `validCol` makes meaningless; with `validPct` chance divides the images that train by the column. */
function refuseChance(options: ImageDataBunchOptions & CsvOptions): void {
  for (const name of ["heldOutPct", "stratify"] as const) {
    const value = options[name];
    if (value === undefined || value === false) continue;
    if (name === "stratify" && options.validPct !== undefined) continue;
    throw new UserError(
      `${name} is ${value}, and validCol is ${JSON.stringify(options.validCol)}: one or the other divides the images.`,
      "Leave one of them out.",
    );
  }
}

/** Options that `validPct` makes meaningless. */
function refuseSplitNames(options: FromFolderOptions): void {
  for (const name of ["train", "valid"] as const) {
    const value = options[name];
    if (value === undefined) continue;
    throw new UserError(
      `${name} is ${JSON.stringify(value)}, and validPct is ${options.validPct ?? ""}: one or the other divides the images.`,
      "Leave out validPct, or, to divide the images of one folder at random, give that folder and leave out train and valid.",
    );
  }
}
