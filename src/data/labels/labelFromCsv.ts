import { readdirSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../core/errors.js";
import type { Column } from "./Column.js";
import { checkCsvColumns } from "./checkCsvColumns.js";
import { isMissingValue } from "./missingValue.js";
import { type LabelledFile, hasImageEnding } from "./imageFolder.js";
import { checkOneOf } from "../../core/checkNumber.js";
import {
  labelsInWords,
  type LabelTargets,
  type SeveralLabelsOptions,
  targetsKey,
  targetsOfColumns,
  targetsOfField,
} from "./severalLabels.js";
import { isFile, labelFromLists } from "./labelFiles.js";
import type { LeftOut } from "./LeftOut.js";
import { type CsvFormat, readCsvRecords } from "./readCsvRecords.js";
import { sidesOf } from "./splitColumn.js";
import { withoutRepeats } from "./withoutRepeats.js";

/** Where a CSV file is, and which of its columns say what. */
export interface CsvOptions extends CsvFormat, SeveralLabelsOptions {
  /** The file with a row for each image, below the path. @default "labels.csv" */
  readonly csvLabels?: string;
  /** Folder of the images, below the path. @default the path itself */
  readonly folder?: string;
  /** The column of file names. @default 0 */
  readonly fnCol?: Column;
  /** The column of labels. @default 1 */
  readonly labelCol?: Column;
  /**
   * The column that says whose image it is: a random split then takes whole patients, and intervals and tests take them
   * into account. Nobody's name is kept. @default none; `groupBy` says it, or each image counts by itself
   */
  readonly patientCol?: Column;
  /**
   * The column that says which images validate: true or false, as fast.ai's `valid_col` (1 and 0, yes and no), or the
   * names of splits, such as train, valid and test. What is called test, or held out, becomes `heldOutDs`. Where no image is
   * called valid, `validPct` of those that train are drawn to validate, with `groupBy` and `stratify` as ever.
   * @default none; chance divides
   */
  readonly validCol?: Column;
  /** Put behind each file name, such as ".jpeg". @default "" */
  readonly suffix?: string;
  /** False: the first row is an image's already, and columns have no names. @default true */
  readonly header?: boolean;
}

/**
 * Files and labels from a CSV file (RFC 4180), in its order; blanks round a field are no part of it. Several rows of an
 * image that agree count as one.
 * @param leftOut is told which images lie beside the listed ones, and are not listed
 * @param apart paths that are not listed with good reason
 * @throws UserError naming the file, row or column that is wrong
 */
export function labelFromCsv(
  root: string,
  options: CsvOptions,
  leftOut?: LeftOut,
  apart: ReadonlySet<string> = new Set(),
): LabelledFile[] {
  const {
    csvLabels = "labels.csv",
    folder = "",
    fnCol = 0,
    labelCol = 1,
    suffix = "",
    header = true,
  } = options;
  const file = path.resolve(root, csvLabels);
  const { records, rows: lines } = readCsvRecords(
    {
      file,
      what: "labels",
      missing: "Give the file's name below the path with the option csvLabels.",
      option: (name, value) => `${name}: ${JSON.stringify(value)}`,
    },
    options,
  );
  const columns = ((header ? records.shift() : records[0]?.map(() => "")) ?? []).map((name) => name.trim());
  const fnameAt = placeOf("fnCol", fnCol, columns, file);
  requireOneWay(options);
  const labelsAt = options.labelCols?.map((column, i) => placeOf(`labelCols[${i}]`, column, columns, file));
  const labelAt = labelsAt?.[0] ?? placeOf("labelCol", labelCol, columns, file);
  const placeIfSaid = (name: "patientCol" | "validCol"): number | undefined => {
    const column = options[name];
    return column === undefined ? undefined : placeOf(name, column, columns, file);
  };
  const [patientAt, validAt] = [placeIfSaid("patientCol"), placeIfSaid("validCol")];
  if (fnameAt === labelAt) {
    throw new UserError(
      `fnCol and labelCol are one column of ${file}, ${fnameAt}.`,
      "Give the column of file names and that of labels.",
    );
  }
  const fnameOf = (cell: string): string => path.join(folder, cell + suffix);
  if (header) requireHeader(path.resolve(root, fnameOf(columns[fnameAt] ?? "")), file);
  if (records.length === 0) {
    throw new UserError(`${file} has no rows${header ? " below its header" : ""}.`, "Check csvLabels.");
  }
  if (header) {
    const isLabelSaid = options.labelCol !== undefined || labelsAt !== undefined;
    checkCsvColumns({ file, columns, records, fnameAt, labelAt, validAt, isLabelSaid });
  }
  const lineOf = (row: number): number => lines[row + (header ? 1 : 0)] ?? 0;
  const cell = (at: number, row: number): string => {
    const text = (records[row]?.[at] ?? "").trim();
    const missing = text === "" || (at === labelAt && isMissingValue(text));
    if (!missing) return text;
    const column = columns[at] === "" ? at : `"${columns[at] ?? ""}"`;
    const holds = text === "" ? "nothing" : `${JSON.stringify(text)}, a word for a missing value,`;
    throw new UserError(
      `Row ${lineOf(row)} of ${file} has ${holds} in column ${column}.`,
      text === ""
        ? "Fill it in, or remove the row."
        : "Fill it in, or remove the row; if it is a class, give it another name.",
    );
  };
  const columnOf = (at: number): string[] => records.map((_, row) => cell(at, row));
  const fieldsOf = (at: number): string[] => records.map((record) => (record[at] ?? "").trim());
  const fnames = columnOf(fnameAt).map(fnameOf);
  const targets = severalTargets(options, { file, columns, labelAt, labelsAt, fieldsOf, lineOf });
  const labels = targets?.map(targetsKey) ?? columnOf(labelAt);
  const patients = patientAt === undefined ? undefined : columnOf(patientAt);
  const splitName = validAt === undefined ? "" : `"${columns[validAt] ?? ""}" (${validAt}) of ${file}`;
  const splits = validAt === undefined ? undefined : sidesOf(columnOf(validAt), splitName);
  const rows = withoutRepeats(
    fnames.map((fname, row) => ({
      fname,
      label: labels[row] ?? "",
      shown: targets?.[row] && labelsInWords(targets[row]),
      targets: targets?.[row],
      patient: patients?.[row],
      split: splits?.[row],
      line: lineOf(row),
    })),
    file,
  );
  const files = labelFromLists(
    root,
    rows.map((row) => row.fname),
    rows.map((row) => (row.targets ? labelsInWords(row.targets) : row.label)),
  );
  const labelled = files.map((one, k) => {
    const { patient, split, targets: own } = rows[k] ?? {};
    return {
      ...one,
      ...(patient !== undefined && { patient }),
      ...(split !== undefined && { split }),
      ...(own && { targets: own }),
    };
  });
  if (leftOut) addUnlisted(leftOut, labelled, apart);
  return labelled;
}

/** @throws UserError when labels are said in two ways */
function requireOneWay(options: CsvOptions): void {
  const { labelDelim, labelCols, labelCol, uncertain, blank, noLabel } = options;
  checkOneOf("uncertain", uncertain, [undefined, "unknown", "positive", "negative"]);
  checkOneOf("blank", blank, [undefined, "unknown", "negative"]);
  if (labelCols?.length === 0) {
    throw new UserError("labelCols is [].", "Name the columns of labels, or leave it out.");
  }
  if (labelDelim === "")
    throw new UserError('labelDelim is "".', 'Give what stands between labels: labelDelim: "|".');
  const other = labelDelim === undefined ? (labelCol === undefined ? undefined : "labelCol") : "labelDelim";
  if (labelCols !== undefined && other !== undefined) {
    throw new UserError(
      `labelCols and ${other} are given: one or the other says the labels.`,
      "Leave one of them out.",
    );
  }
  if (noLabel !== undefined && labelDelim === undefined) {
    throw new UserError(
      `noLabel is ${JSON.stringify(noLabel)}, and labelDelim is not given: images have one label each.`,
      'Say what stands between the labels of an image: labelDelim: "|".',
    );
  }
  if (labelCols !== undefined || (uncertain === undefined && blank === undefined)) return;
  throw new UserError(
    `${uncertain === undefined ? "blank" : "uncertain"} is given without labelCols, whose fields it explains.`,
    "Name the columns of labels: labelCols, or leave it out.",
  );
}

/** What is known of each row's labels; undefined where each has one. */
function severalTargets(
  options: CsvOptions,
  {
    labelAt,
    labelsAt,
    fieldsOf,
    columns,
    ...table
  }: {
    readonly file: string;
    readonly columns: readonly string[];
    readonly labelAt: number;
    readonly labelsAt: readonly number[] | undefined;
    readonly fieldsOf: (at: number) => string[];
    readonly lineOf: (row: number) => number;
  },
): LabelTargets[] | undefined {
  const { labelDelim } = options;
  if (labelsAt) {
    const named = labelsAt.map((at) => ({
      name: columns[at] === "" ? String(at) : (columns[at] ?? ""),
      fields: fieldsOf(at),
    }));
    return targetsOfColumns({ ...table, columns: named }, options);
  }
  if (labelDelim === undefined) return undefined;
  const { file, lineOf } = table;
  return fieldsOf(labelAt).map((field, row) => targetsOfField({ field, file, line: lineOf(row) }, options));
}

/** Without a header, the first image would be taken for one. */
function requireHeader(first: string, file: string): void {
  if (!isFile(first)) return;
  throw new UserError(
    `The first row of ${file} names an image, ${first}: it is no header.`,
    "Say header: false, or put a row with the columns' names above it.",
  );
}

/** Images in the folders of listed ones that are not listed themselves. */
function addUnlisted(leftOut: LeftOut, labelled: readonly LabelledFile[], apart: ReadonlySet<string>): void {
  const listed = new Set(labelled.map((file) => file.path));
  for (const folder of new Set(labelled.map((file) => path.dirname(file.path)))) {
    for (const name of namesIn(folder)) {
      const place = path.join(folder, name);
      if (listed.has(place) || apart.has(place) || !hasImageEnding(name)) continue;
      leftOut.add(place, "notListed");
    }
  }
}

/** None for a folder whose files may be read, but not listed. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function placeOf(option: string, column: Column, columns: readonly string[], file: string): number {
  const place = typeof column === "string" ? columns.indexOf(column) : column;
  const names = columns.filter((name) => name !== "").map((name) => `"${name}"`);
  const known = names.length > 0 ? `: ${names.join(", ")}` : ", without names";
  if (column === "" || !Object.hasOwn(columns, place)) {
    throw new UserError(
      `${option} is ${JSON.stringify(column)}, which is no column of ${file}.`,
      `The file has ${columns.length} ${columns.length === 1 ? "column" : "columns"}${known}. Give a name, or a place from 0 on; check the delimiter.`,
    );
  }
  if (typeof column === "number" || columns.lastIndexOf(column) === place) return place;
  throw new UserError(
    `${option} is ${JSON.stringify(column)}, and ${file} has several columns of this name.`,
    `Give the column's place, from 0 on, in${known.slice(1)}.`,
  );
}
