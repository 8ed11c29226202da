import { joinLabels } from "../../core/joinLabels.js";
import { namesInWords } from "../../core/namesInWords.js";
import { UserError } from "../../core/errors.js";
import { isMissingValue } from "./missingValue.js";
import type { Column } from "./Column.js";

/** How a table says that an image may have several labels. */
export interface SeveralLabelsOptions {
  /**
   * What stands between the labels of an image in the column of labels, such as "|": it may have several, or none (fast.ai's
   * `label_delim`). @default an image has one label
   */
  readonly labelDelim?: string;
  /** What that column has, as if it were a label, where an image has none: "No Finding" in ChestX-ray14. @default none: it is a label */
  readonly noLabel?: string;
  /**
   * Columns of 1 and 0, one for each label, as CheXpert's: 1 the image has it, 0 it has not, -1 that is uncertain.
   * @default there are none
   */
  readonly labelCols?: readonly Column[];
  /** What -1 in one of `labelCols` means: CheXpert's U-Ignore, U-Ones and U-Zeros. @default "unknown" */
  readonly uncertain?: "unknown" | "positive" | "negative";
  /**
   * What an empty field of `labelCols` means: in CheXpert's tables, where a report does not mention a finding, "negative".
   * @default none; where there are such fields it must be said
   */
  readonly blank?: "unknown" | "negative";
}

/** What is known of each label: 1 the image has it, 0 it has not, NaN it is not known. Labels that are not named it has not. */
export type LabelTargets = ReadonlyMap<string, number>;

const meanings = { positive: 1, negative: 0, unknown: NaN } as const;

/** A field of the column of labels, and where it stands, for messages. */
export interface LabelField {
  readonly field: string;
  readonly file: string;
  readonly line: number;
}

/**
 * The labels that a field names, such as "Effusion|Infiltration".
 * @throws UserError where it has a word for a missing value, nothing although there is a word for none, or that word beside a
 *   label or in other letters
 */
export function targetsOfField(
  { field, file, line }: LabelField,
  { labelDelim = "", noLabel }: SeveralLabelsOptions,
): LabelTargets {
  const names = field
    .split(labelDelim)
    .map((name) => name.trim().normalize("NFC"))
    .filter((name) => name !== "");
  const refuse = (what: string, remedy: string): never => {
    throw new UserError(`Row ${line} of ${file} has ${what} in the column of labels.`, remedy);
  };
  const missing = names.find(isMissingValue);
  if (missing !== undefined) {
    refuse(
      `${JSON.stringify(missing)}, a word for a missing value,`,
      "Leave the row out, or write which labels the image has.",
    );
  }
  if (noLabel === undefined) return new Map(names.map((name) => [name, 1]));
  const none = JSON.stringify(noLabel);
  if (names.length === 0)
    refuse("nothing", `Write ${none} where an image has no label, or leave the row out.`);
  const alike = names.find((name) => name !== noLabel && name.toLowerCase() === noLabel.toLowerCase());
  if (alike !== undefined) refuse(JSON.stringify(alike), `Write it as noLabel has it, ${none}.`);
  const own = names.filter((name) => name !== noLabel);
  if (own.length > 0 && own.length < names.length) {
    refuse(JSON.stringify(field), `An image has labels, or ${none}: correct the row.`);
  }
  return new Map(own.map((name) => [name, 1]));
}

/** A table's columns of labels. */
export interface LabelColumns {
  readonly file: string;
  /** Each label's name and the fields of its column, trimmed, in the rows' order. */
  readonly columns: readonly { readonly name: string; readonly fields: readonly string[] }[];
  /** A row's line in the file, for messages. */
  readonly lineOf: (row: number) => number;
}

/**
 * What columns of 1, 0 and -1 say of each row.
 * @throws UserError naming the column in which no image has the label, the first field that says something else, and where
 *   fields are empty and nobody says what that means
 */
export function targetsOfColumns(
  { file, columns, lineOf }: LabelColumns,
  { uncertain = "unknown", blank }: SeveralLabelsOptions,
): LabelTargets[] {
  const empty = columns.filter(({ fields }) => fields.some((field) => field === "") && blank === undefined);
  if (empty.length > 0) {
    throw new UserError(
      `Fields of ${namesInWords(empty.map(({ name }) => name))} in ${file} are empty.`,
      'Say what that means: blank: "negative", the image does not have the label, or blank: "unknown".',
    );
  }
  const values: Readonly<Record<string, number>> = {
    "1": 1,
    "0": 0,
    "-1": meanings[uncertain],
    "": meanings[blank ?? "unknown"],
  };
  const known = columns.map(({ name, fields }) => ({
    name,
    targets: fields.map((field, row) => {
      const number = /^-?[01](\.0*)?$/.test(field) ? String(Number(field)) : field;
      const value = values[number];
      if (value !== undefined) return value;
      throw new UserError(
        `Row ${lineOf(row)} of ${file} has ${JSON.stringify(field)} in the column of labels "${name}".`,
        "A label's column holds 1, 0, -1 for uncertain, or nothing.",
      );
    }),
  }));
  const never = known.filter(({ targets }) => !targets.includes(1));
  if (never.length > 0) {
    throw new UserError(
      `No row of ${file} has a 1 in ${namesInWords(never.map(({ name }) => name))}.`,
      "Leave such columns out of labelCols: what no image has cannot be learnt.",
    );
  }
  const rows = columns[0]?.fields.length ?? 0;
  return Array.from({ length: rows }, (_, row) => {
    return new Map(known.map(({ name, targets }) => [name, targets[row] ?? NaN]));
  });
}

/** What an image is called by its labels: those that it has, as fast.ai writes them. */
export function labelsInWords(targets: LabelTargets): string {
  const own = [...targets].filter(([, target]) => target === 1).map(([name]) => name);
  return joinLabels(own.sort());
}

/** Everything that targets say, in one order. */
export const targetsKey = (targets: LabelTargets): string =>
  JSON.stringify([...targets].filter(([, target]) => target !== 0).sort());
