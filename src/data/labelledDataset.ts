import { aPath, checkArguments } from "../core/checkArguments.js";
import path from "node:path";
import { UserError } from "../core/errors.js";
import { checkInteger } from "../core/checkNumber.js";
import { checkImages } from "./images/checkImages.js";
import { ImageDataset, type ImageItem } from "./ImageDataset.js";
import type { Excluded, LabelledFile } from "./labels/imageFolder.js";
import { type ClassFolder, labelFromFolders } from "./labels/labelFromFolders.js";
import { LeftOut } from "./labels/LeftOut.js";
import { nounOf, numberPatients, warnOfSharedPatients } from "./labels/patients.js";
import { splitFiles } from "./labels/splitFiles.js";
import { type JudgingSet, splitItems } from "./labels/splitItems.js";
import { warnOfCopies } from "./labels/warnOfCopies.js";
import { type BunchParts, datasetOf } from "./loadBunch.js";
import { hearWarnings } from "../core/warnings.js";

/** Which images of a folder with a folder for each class are taken. */
export interface LabelledOptions {
  /** At most so many of each class, drawn by the bunch's seed; 0: all. @default 0 */
  readonly perClass?: number;
  /** As `ImageDataBunch.fromFolder` takes it. */
  readonly classFolder?: ClassFolder;
  /** As `ImageDataBunch.fromFolder` takes it. */
  readonly exclude?: Excluded;
}

/**
 * The images of a folder that holds a folder for each class, checked as a bunch's own.
 * @param parts of the bunch whose classes they have, and whose images they may not be
 * @throws UserError naming the folder or file that is wrong
 */
export async function labelledDataset(
  folder: string,
  parts: BunchParts,
  { perClass = 0, classFolder, exclude }: LabelledOptions,
): Promise<ImageDataset> {
  checkArguments('data.labelledLoader("data/other")', { folder: [folder, aPath] });
  const place = path.resolve(folder);
  const root = path.dirname(place);
  const leftOut = new LeftOut();
  const files = labelFromFolders(splitFiles(root, path.basename(place), { leftOut, exclude }), classFolder);
  leftOut.say(root);
  const { trainDs, validDs, heldOutDs, groupBy } = parts;
  const judging = new ImageDataset([...validDs.items, ...(heldOutDs?.items ?? [])], validDs.classes);
  const own = [...trainDs.items, ...judging.items].map(labelled);
  const known = new Set(own.map((item) => item.path));
  const both = files.find((file) => known.has(file.path));
  if (both) {
    throw new UserError(
      `${both.path} has a part in the training already.`,
      "Give a folder of images that had no part in the training.",
    );
  }
  const divided = hearWarnings(() => {
    if (groupBy) warnOfSharedPatients(own, files, groupBy, ["training or validation", "test"]);
    return splitItems(
      place,
      { train: trainDs.items.map(labelled), valid: files },
      { ...parts, trainPerClass: 0, validPerClass: checkInteger("perClass", perClass, 0) },
      tested,
    );
  });
  const { valid: chosen } = divided.result;
  const paths = chosen.map((file) => file.path);
  const bad = await checkImages(paths, parts, parts.workers, parts.cache);
  const usable = chosen.filter((file) => !bad.has(file.path));
  if (usable.length === 0) {
    throw new UserError(`No usable image is left in ${place}.`, "Repair the files that were left out.");
  }
  const dataset = datasetOf(usable, trainDs.classes, numberPatients(usable, groupBy), nounOf(groupBy));
  const ofCopies = hearWarnings(() => {
    warnOfCopies(root, trainDs, { test: dataset }, judging);
  });
  parts.warnings.push(...divided.warnings, ...ofCopies.warnings);
  return dataset;
}

const tested: JudgingSet = {
  name: "test",
  ifEmpty: "Give a folder that holds a folder of images for each class that was trained, named like it.",
  ifClassMissing: () => "Give a folder with images of every class that was trained.",
};

/** The patient's number is not his name. */
const labelled = ({ path: file, class: name }: ImageItem): LabelledFile => ({ path: file, class: name });
