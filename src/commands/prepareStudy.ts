import { existsSync } from "node:fs";
import path from "node:path";
import { UserError } from "../core/errors.js";
import { defaultValidPct } from "../data/bunchOptions.js";
import { requireFolder } from "../data/labels/imageFolder.js";
import { reportTitle } from "../report/reportTitle.js";
import type { Parameters } from "../runs/presets.js";
import { checkStudy } from "../runs/study/checkStudy.js";
import { factoryNames, type StudyData } from "../runs/study/StudyData.js";
import { findDataset, givenSplits } from "../xrays/findDataset.js";
import type { FoundDataset } from "../xrays/FoundDataset.js";
import type { Study } from "../runs/RunSource.js";
import { asFlags, flagOf, withFlags } from "./studyFlags.js";

/** The images of a run, before they are looked at. */
export interface FoundImages {
  /** Given folders of training and of validation images. */
  readonly dataset?: FoundDataset;
  /** How they are found, where they are other ones than the lesson's. */
  readonly other?: { readonly folder: string; readonly data: StudyData };
}

/**
 * Which images a run is about.
 * @param folder that they lie in; undefined: nobody has named one, and the lesson's are looked for
 * @param flags what is said of them
 * @param isOfProtocol whether the run is to follow a protocol, which is for folders that are divided already
 * @throws UserError when the folder is not there, or none is named that the flags could be about
 */
export async function findImages(
  folder: string | undefined,
  flags: StudyData | undefined,
  isOfProtocol: boolean,
): Promise<FoundImages> {
  if (folder === undefined) {
    if (!flags) return {};
    throw new UserError(
      `${Object.keys(flags).map(flagOf).join(", ")}: no folder is named whose images could be found so.`,
      "Name it with --data-dir.",
    );
  }
  if (isOfProtocol) return { dataset: await findDataset(folder) };
  const root = path.resolve(folder);
  requireFolder(root, "The data set", "Give the folder of the images with --data-dir, or with XRAY_DATA.");
  const splits = givenSplits(root);
  const dataset = splits && !flags ? await findDataset(root) : undefined;
  if (dataset && dataset.kind !== "other") return { dataset };
  const data = complete(flags ?? {}, root, splits);
  const { train, valid } = data;
  const place = flags?.train === undefined && train !== undefined ? (splits?.path ?? root) : root;
  return {
    ...(train !== undefined &&
      valid !== undefined && { dataset: { path: place, kind: "other" as const, train, valid } }),
    other: { folder: place, data },
  };
}

/** With what nobody has said: folders that are divided already stay so, and of all others a share is kept apart. */
function complete(
  flags: StudyData,
  root: string,
  splits: Pick<FoundDataset, "train" | "valid"> | undefined,
): StudyData {
  const files = {
    ...(flags.csvLabels !== undefined && { csvLabels: fileAt(root, flags.csvLabels) }),
    ...(flags.fnames !== undefined && { fnames: path.resolve(root, fileAt(root, flags.fnames)) }),
  };
  const data = { ...flags, ...files };
  const isTold = data.validPct !== undefined || data.validCol !== undefined;
  const isOfFolders = [...factoryNames.fromCsv, ...factoryNames.fromNameRe].every(
    (name) => data[name] === undefined,
  );
  if (isOfFolders && (data.train !== undefined || data.valid !== undefined)) {
    return data.validPct === undefined ? { train: "train", valid: "valid", ...data } : data;
  }
  if (isTold) return data;
  return isOfFolders && splits
    ? { ...data, train: splits.train, valid: splits.valid }
    : { ...data, validPct: defaultValidPct };
}

/** A file below the folder of the images, or else from where the command was given. */
const fileAt = (root: string, file: string): string =>
  !existsSync(path.resolve(root, file)) && existsSync(file) ? path.resolve(file) : file;

/** A study, and how many images train. */
export interface PreparedStudy {
  readonly study: Study;
  readonly trainSize: number;
}

/**
 * A study of images, once these are found and divided; says what is odd about them.
 * @throws UserError as `checkStudy`, with flags in place of options
 */
export function prepareStudy(
  { folder, data }: { readonly folder: string; readonly data: StudyData },
  parameters: Parameters,
): PreparedStudy {
  const { data: checked, classes, trainSize, notes } = withFlags(() => checkStudy(folder, data, parameters));
  for (const note of notes) console.error(`run: ${asFlags(note)}`);
  const title = reportTitle("other", { classes, name: path.basename(folder) });
  return { study: { title, data: checked }, trainSize };
}

/** A batch that some images fill, where nobody has said how large it is to be; says it where it is smaller. */
export function batchFor(trainSize: number, bs: number): number {
  let smaller = bs;
  while (smaller > 2 && smaller > trainSize) smaller = Math.ceil(smaller / 2);
  if (smaller !== bs) console.error(`run: batches of ${smaller}, since only ${trainSize} images train`);
  return smaller;
}
