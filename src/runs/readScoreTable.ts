import { UserError } from "../core/errors.js";
import { type CsvFormat, readCsvRecords } from "../data/labels/readCsvRecords.js";
import { valueAt } from "../core/valueAt.js";

/** What the columns of a table of scores are called, and how its file is written. */
export interface ScoreTableOptions extends CsvFormat {
  /** Whether an image is positive. @default "y" */
  readonly y?: string;
  /** The model's score, higher for positive ones. @default "score" */
  readonly score?: string;
  /** Whose image it is; false: images are taken as independent. @default "patient", where the file has it */
  readonly patient?: string | false;
  /** Another model's score. @default "second", where the file has it */
  readonly second?: string;
  /** The logit of the score, to more digits. @default "logit", where the file has it */
  readonly logit?: string;
  /** The text in column `y` that means positive; anything else there is negative. @default "1", and "0" is negative */
  readonly positive?: string;
}

/** A model's scores as another program wrote them. */
export interface ScoreTable {
  readonly scores: Float64Array;
  /** 1 for positive, 0 for negative. */
  readonly positive: Uint8Array;
  readonly patients?: readonly string[];
  readonly second?: Float64Array;
  readonly logits?: Float64Array;
}

/**
 * Reads a CSV file with a row for each image. Rows are counted as a spreadsheet does it, the header being the first.
 * @param orOne whether 1 means positive where no row has the text of `positive`
 * @throws UserError naming the file, and the row and column where something else stands than should
 */
export function readScoreTable(file: string, options: ScoreTableOptions = {}, orOne = false): ScoreTable {
  const table = readTable(file, options);
  const yAt = table.place("y", options.y, "y", true);
  const scoreAt = table.place("score", options.score, "score", true);
  const { patient } = options;
  const patientAt = patient === false ? undefined : table.place("patient", patient, "patient");
  const secondAt = table.place("second", options.second, "second");
  const logitAt = table.place("logit", options.logit, "logit");
  const numbers = (at: number) => Float64Array.from(table.rows, (_, row) => table.number(row, at));
  return {
    scores: numbers(scoreAt),
    positive: labelsOf(table, yAt, options.positive, orOne),
    ...(patientAt !== undefined && { patients: table.rows.map((_, row) => table.text(row, patientAt)) }),
    ...(secondAt !== undefined && { second: numbers(secondAt) }),
    ...(logitAt !== undefined && { logits: numbers(logitAt) }),
  };
}

interface Table {
  readonly file: string;
  readonly rows: readonly (readonly string[])[];
  /** Where a column stands; undefined where a column that nobody named is not there. */
  place(option: string, named: string | undefined, usual: string, required: true): number;
  place(option: string, named: string | undefined, usual: string): number | undefined;
  text(row: number, at: number): string;
  number(row: number, at: number): number;
  refuse(row: number, at: number, remedy: string): never;
}

function readTable(file: string, format: CsvFormat): Table {
  const missing = "Name a CSV file with a row for each image, a run, or its predictions.json.";
  const option = (name: string, value: string) => `--${name} ${JSON.stringify(value)}`;
  const { records, above } = readCsvRecords({ file, what: "scores", missing, option }, format);
  const [columns = [], ...rows] = records;
  const names = columns.map((name) => `"${name}"`).join(", ");
  if (rows.length === 0) throw new UserError(`${file} has no rows below its header.`, missing);
  const refuse = (row: number, at: number, remedy: string): never => {
    const found = rows[row]?.[at] ?? "";
    throw new UserError(
      `Row ${row + above + 2} of ${file} has ${found === "" ? "nothing" : JSON.stringify(found)} in column "${columns[at] ?? ""}".`,
      remedy,
    );
  };
  function place(name: string, named: string | undefined, usual: string, required?: true): number {
    const column = named ?? usual;
    const at = columns.indexOf(column);
    if (at === -1) {
      if (named === undefined && required === undefined) return undefined as never;
      throw new UserError(
        `${file} has no column "${column}"; it has ${names}.`,
        `Name the column with --${name}, such as --${name} ${JSON.stringify(columns[0] ?? "")}.`,
      );
    }
    if (columns.lastIndexOf(column) !== at) {
      throw new UserError(`${file} has several columns "${column}".`, "Give each column a name of its own.");
    }
    return at;
  }
  return {
    file,
    rows,
    place,
    text: (row, at) => {
      const text = valueAt(rows, row)[at] ?? "";
      return text === "" ? refuse(row, at, "Fill it in, or remove the row.") : text;
    },
    number: (row, at) => {
      const text = valueAt(rows, row)[at] ?? "";
      const value = text === "" ? NaN : Number(text);
      return Number.isFinite(value)
        ? value
        : refuse(row, at, "Give a finite number, with a point for its decimals.");
    },
    refuse,
  };
}

function labelsOf(table: Table, at: number, positive: string | undefined, orOne: boolean): Uint8Array {
  const texts = table.rows.map((_, row) => table.text(row, at));
  if (positive !== undefined && (!orOne || texts.includes(positive))) {
    const labels = Uint8Array.from(texts, (text) => Number(text === positive));
    if (labels.includes(1)) return labels;
    const found = [...new Set(texts)].slice(0, 10).map((text) => JSON.stringify(text));
    throw new UserError(
      `--positive is ${JSON.stringify(positive)}, and no row of ${table.file} says so; it has ${found.join(", ")}.`,
      "Give the text that means positive.",
    );
  }
  return Uint8Array.from(texts, (text, row) => {
    const value = /^(true|false)$/i.test(text) ? Number(/^true$/i.test(text)) : Number(text);
    if (value === 0 || value === 1) return value;
    return table.refuse(
      row,
      at,
      `It should be 1 for positive and 0 for negative; or say which text means positive, such as --positive ${JSON.stringify(text)}.`,
    );
  });
}
