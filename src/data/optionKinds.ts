import type { OptionKinds } from "../core/checkOptions.js";
import type { ImageDataBunchOptions } from "./bunchOptions.js";
import type { FromFolderOptions } from "./divisions.js";
import type { LabelledOptions } from "./labelledDataset.js";
import type { CsvOptions } from "./labels/labelFromCsv.js";

/** The numbers of a run that are no options of its data: a notebook gives all of them, `{ ...parameters }`. */
interface OfTheRun {
  readonly epochsFrozen?: number;
  readonly epochsUnfrozen?: number;
  readonly dataDir?: string;
  readonly model?: string;
}

/** What every way to make a bunch takes. */
export const bunchKinds: OptionKinds<ImageDataBunchOptions & OfTheRun> = {
  size: "number",
  bs: "number",
  seed: "number",
  dsTfms: "any",
  validPct: "number",
  heldOutPct: "number",
  groupBy: ["function", "pattern"],
  stratify: "boolean",
  test: "text",
  sampler: "text",
  numWorkers: "number",
  trainPerClass: "number",
  validPerClass: "number",
  onBadImage: "text",
  resizeMethod: "text",
  paddingMode: "text",
  applyExifOrientation: "boolean",
  epochsFrozen: "number",
  epochsUnfrozen: "number",
  dataDir: "text",
  model: "text",
};

export const fromFolderKinds: OptionKinds<FromFolderOptions & OfTheRun> = {
  ...bunchKinds,
  train: "text",
  valid: "text",
  classFolder: "text",
  exclude: "list",
};

export const fromCsvKinds: OptionKinds<ImageDataBunchOptions & CsvOptions & OfTheRun> = {
  ...bunchKinds,
  csvLabels: "text",
  folder: "text",
  fnCol: ["text", "number"],
  labelCol: ["text", "number"],
  labelDelim: "text",
  noLabel: "text",
  labelCols: "list",
  uncertain: "text",
  blank: "text",
  patientCol: ["text", "number"],
  validCol: ["text", "number"],
  suffix: "text",
  header: "boolean",
  delimiter: "text",
  encoding: "text",
};

export const labelledKinds: OptionKinds<LabelledOptions> = {
  perClass: "number",
  classFolder: "text",
  exclude: "list",
};
