import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { UserError, messageOf } from "../errors.js";
import type { LabelledFile } from "./imageFolder.js";
import { labelFromLists } from "./labelFiles.js";

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
  /** Put behind each file name, such as ".jpeg". @default "" */
  readonly suffix?: string;
  /** What stands between two fields. @default "," */
  readonly delimiter?: string;
  /** False: the first row is an image's already, and columns have no names. @default true */
  readonly header?: boolean;
}

/**
 * Files and labels from a CSV file (RFC 4180, UTF-8), in its order.
 * @throws UserError naming the file, row or column that is wrong
 */
export function labelFromCsv(root: string, options: CsvOptions): LabelledFile[] {
  const { csvLabels = "labels.csv", folder = "", fnCol = 0, labelCol = 1, suffix = "" } = options;
  const { delimiter = ",", header = true } = options;
  const file = path.resolve(root, csvLabels);
  const records = readRecords(file, delimiter);
  const columns = (header ? records.shift() : records[0]?.map(() => "")) ?? [];
  const fnameAt = placeOf("fnCol", fnCol, columns, file);
  const labelAt = placeOf("labelCol", labelCol, columns, file);
  if (records.length === 0) {
    throw new UserError(`${file} has no rows${header ? " below its header" : ""}.`, "Check csvLabels.");
  }
  const cell = (record: readonly string[], at: number, row: number): string => {
    const text = record[at] ?? "";
    if (text !== "") return text;
    const column = columns[at] === "" ? at : `"${columns[at] ?? ""}"`;
    throw new UserError(
      `Row ${row + (header ? 2 : 1)} of ${file} has nothing in column ${column}.`,
      "Fill it in, or remove the row.",
    );
  };
  const fnames = records.map((record, row) => path.join(folder, cell(record, fnameAt, row) + suffix));
  const labels = records.map((record, row) => cell(record, labelAt, row));
  return labelFromLists(root, fnames, labels);
}

function readRecords(file: string, delimiter: string): string[][] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(
      `The labels ${file} cannot be read: ${messageOf(error)}`,
      "Give the file's name below the path with the option csvLabels.",
      { cause: error },
    );
  }
  try {
    return parse(text, { bom: true, delimiter, skip_empty_lines: true });
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

function placeOf(option: string, column: Column, columns: readonly string[], file: string): number {
  const place = typeof column === "string" ? columns.indexOf(column) : column;
  if (column !== "" && Object.hasOwn(columns, place)) return place;
  const names = columns.filter((name) => name !== "").map((name) => `"${name}"`);
  const known = names.length > 0 ? `: ${names.join(", ")}` : ", without names";
  throw new UserError(
    `${option} is ${JSON.stringify(column)}, which is no column of ${file}.`,
    `The file has ${columns.length} columns${known}. Give a name, or a place from 0 on; check the delimiter.`,
  );
}
