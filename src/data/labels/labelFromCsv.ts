import { readdirSync } from "node:fs";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { UserError, messageOf } from "../../core/errors.js";
import { checkCsvColumns } from "./checkCsvColumns.js";
import { isMissingValue } from "./missingValue.js";
import { type LabelledFile, hasImageEnding } from "./imageFolder.js";
import { isFile, labelFromLists } from "./labelFiles.js";
import type { LeftOut } from "./LeftOut.js";
import { readCsvText } from "./readCsvText.js";

/** A column by its name in the header, or by its place, from 0 on. */
export type Column = string | number;

/** Where a CSV file is, and which of its columns say what. */
export interface CsvOptions {
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
  /** Put behind each file name, such as ".jpeg". @default "" */
  readonly suffix?: string;
  /** What stands between two fields. @default what Excel's first line "sep=;" says, else "," */
  readonly delimiter?: string;
  /** Such as "windows-1252", by its name in the WHATWG's Encoding Standard. @default UTF-8; UTF-16 where a mark says it */
  readonly encoding?: string;
  /** False: the first row is an image's already, and columns have no names. @default true */
  readonly header?: boolean;
}

/**
 * Files and labels from a CSV file (RFC 4180), in its order; blanks round a field are no part of it.
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
  const { records, above } = readRecords(file, options);
  const columns = ((header ? records.shift() : records[0]?.map(() => "")) ?? []).map((name) => name.trim());
  const fnameAt = placeOf("fnCol", fnCol, columns, file);
  const labelAt = placeOf("labelCol", labelCol, columns, file);
  const patientAt =
    options.patientCol === undefined ? undefined : placeOf("patientCol", options.patientCol, columns, file);
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
    const isLabelSaid = options.labelCol !== undefined;
    checkCsvColumns({ file, columns, records, fnameAt, labelAt, isLabelSaid });
  }
  const cell = (record: readonly string[], at: number, row: number): string => {
    const text = (record[at] ?? "").trim();
    const missing = text === "" || (at === labelAt && isMissingValue(text));
    if (!missing) return text;
    const column = columns[at] === "" ? at : `"${columns[at] ?? ""}"`;
    const holds = text === "" ? "nothing" : `${JSON.stringify(text)}, a word for a missing value,`;
    throw new UserError(
      `Row ${row + above + (header ? 2 : 1)} of ${file} has ${holds} in column ${column}.`,
      text === ""
        ? "Fill it in, or remove the row."
        : "Fill it in, or remove the row; if it is a class, give it another name.",
    );
  };
  const fnames = records.map((record, row) => fnameOf(cell(record, fnameAt, row)));
  const labels = records.map((record, row) => cell(record, labelAt, row));
  const files = labelFromLists(root, fnames, labels);
  const labelled =
    patientAt === undefined
      ? files
      : files.map((one, row) => ({ ...one, patient: cell(records[row] ?? [], patientAt, row) }));
  if (leftOut) addUnlisted(leftOut, labelled, apart);
  return labelled;
}

/** Rows of trimmed fields, and how many lines above them were passed over. */
function readRecords(
  file: string,
  { delimiter, encoding }: CsvOptions,
): { records: string[][]; above: number } {
  const text = readCsvText(file, encoding);
  // Excel's own way to say it; other programs take it for a row.
  const said = /^"?sep=(.)"?\r?\n/i.exec(text);
  if (delimiter === undefined && !said) requireCommas(text, file);
  try {
    const rows = text.slice(said?.[0].length ?? 0);
    const options = {
      delimiter: delimiter ?? said?.[1] ?? ",",
      skip_empty_lines: true,
      trim: true,
      // Files that several programs wrote end their lines in several ways; found by itself is only the first.
      record_delimiter: ["\r\n", "\n", "\r"],
    };
    return { records: parse(rows, options), above: said ? 1 : 0 };
  } catch (error) {
    throw new UserError(
      `The labels ${file} cannot be read: ${messageOf(error)}`,
      "Mend that line, or give the delimiter.",
      {
        cause: error,
      },
    );
  }
}

/** Outside English-speaking countries Excel writes semicolons, and as "Unicode text" tabs. */
function requireCommas(text: string, file: string): void {
  const line =
    text
      .trimStart()
      .slice(0, 10_000)
      .split(/[\r\n]/, 1)[0]
      ?.replace(/"[^"]*"/g, "") ?? "";
  const count = (mark: string): number => line.split(mark).length - 1;
  const commas = count(",");
  const other =
    [";", "\t"].find((mark) => count(mark) > commas) ?? (commas === 0 && count("|") > 0 ? "|" : "");
  if (other === "") return;
  const name = { ";": "semicolons", "\t": "tabs", "|": "bars" }[other] ?? "";
  throw new UserError(
    `The fields of ${file} are not divided by commas, but, as it seems, by ${name}.`,
    `Say it with delimiter: ${JSON.stringify(other)}; for commas, say delimiter: ",".`,
  );
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
      `The file has ${columns.length} columns${known}. Give a name, or a place from 0 on; check the delimiter.`,
    );
  }
  if (typeof column === "number" || columns.lastIndexOf(column) === place) return place;
  throw new UserError(
    `${option} is ${JSON.stringify(column)}, and ${file} has several columns of this name.`,
    `Give the column's place, from 0 on, in${known.slice(1)}.`,
  );
}
