import { UserError } from "../core/errors.js";
import { valueAt } from "../core/valueAt.js";
import { isMissingValue } from "../data/labels/missingValue.js";
import { type CsvFormat, readCsvRecords } from "../data/labels/readCsvRecords.js";
import { positiveClass } from "../statistics/positiveClass.js";

/** What the columns of a table of scores are called, and how its file is written. */
export interface ScoreTableOptions extends CsvFormat {
  /** Whether an image is positive. @default "y" */
  readonly y?: string;
  /** The model's score, higher for positive ones. @default "score" */
  readonly score?: string;
  /**
   * Whose image it is; false: images are taken as independent.
   * @default "patient", or "patient_id", where the file has one of them
   */
  readonly patient?: string | false;
  /**
   * What names the image, to find it in another file; false: rows are paired in their order. @default "image", "file",
   * "filename", "path", or two of these words together, where the file has such a column
   */
  readonly image?: string | false;
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
  /** What the images are called, each in another way. */
  readonly names?: readonly string[];
  readonly second?: Float64Array;
  readonly logits?: Float64Array;
  /** In which row of the file each image stands, as a spreadsheet counts them. */
  readonly rows: readonly number[];
}

/** The options that name a column. */
type ColumnOption = "y" | "score" | "patient" | "image" | "second" | "logit";

/** What the other one of two files that are compared means for a table. */
export interface BesideAnotherFile {
  /** 1 means positive where no row has the text of `positive`. @default false */
  readonly orOne?: boolean;
  /** Columns that may be called as usual where they are not called as the options say. @default none */
  readonly orUsual?: readonly ColumnOption[];
  /** Columns that may be missing where they are not called as the options say. @default none */
  readonly orNone?: readonly ColumnOption[];
}

/**
 * Reads a CSV file with a row for each image. Capitals in the columns' names do not matter where no two columns differ in
 * nothing else.
 * @throws UserError naming the file, and the row and column where something else stands than should
 */
export function readScoreTable(
  file: string,
  options: ScoreTableOptions = {},
  beside: BesideAnotherFile = {},
): ScoreTable {
  const table = new Table(file, options, beside);
  const yAt = table.required("y", options.y, "y");
  const scoreAt = table.required("score", options.score, "score");
  const { patient } = options;
  const patientAt =
    patient === false
      ? undefined
      : (table.place("patient", patient, /^patient$/) ??
        table.place("patient", patient, /^patient[ _-]?id$/));
  const names = namesOf(table, options.image);
  const secondAt = table.place("second", options.second, /^second$/);
  const logitAt = table.place("logit", options.logit, /^logit$/);
  return {
    scores: table.numbers(scoreAt),
    positive: labelsOf(table, yAt, options.positive, beside.orOne ?? false),
    ...(patientAt !== undefined && { patients: patientsOf(table, patientAt) }),
    ...(names && { names }),
    ...(secondAt !== undefined && { second: table.numbers(secondAt) }),
    ...(logitAt !== undefined && { logits: table.numbers(logitAt) }),
    rows: table.rows,
  };
}

/** Columns that are likely to name the image. */
const imageColumns =
  /^(image|img)?[ _-]?(image|img|file[ _-]?(name|path)?|path)$|^(image|img)[ _-]?(name|id)$/;

const aDecimal = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** The number that a text writes with a point for its decimals; NaN for anything else, such as 0x10. */
const numberOf = (text: string): number => (aDecimal.test(text) ? Number(text) : NaN);

class Table {
  /** The rows below the header. */
  readonly records: readonly (readonly string[])[];
  /** In which row of the file each of them stands. */
  readonly rows: readonly number[];
  readonly columns: readonly string[];

  constructor(
    readonly file: string,
    format: CsvFormat,
    private readonly beside: BesideAnotherFile,
  ) {
    const missing = "Name a CSV file with a row for each image, a run, or its predictions.json.";
    const option = (name: string, value: string) => `--${name} ${JSON.stringify(value)}`;
    const { records, rows } = readCsvRecords({ file, what: "scores", missing, option }, format);
    const [columns = [], ...below] = records;
    if (below.length === 0) throw new UserError(`${file} has no rows below its header.`, missing);
    this.columns = columns;
    this.records = below;
    this.rows = rows.slice(1);
  }

  /** Where a column stands that must be there. */
  required(option: ColumnOption, named: string | undefined, usual: string): number {
    const at = this.place(option, named, new RegExp(`^${usual}$`));
    if (at === undefined) this.refuseMissing(option, named ?? usual);
    return at;
  }

  /** Where a column stands; undefined where a column that nobody named is not there. */
  place(option: ColumnOption, named: string | undefined, usual: RegExp): number | undefined {
    if (named !== undefined) {
      const at = this.placeOf(named);
      const { orNone = [], orUsual = [] } = this.beside;
      if (at !== undefined || orNone.includes(option)) return at;
      if (!orUsual.includes(option)) this.refuseMissing(option, named);
    }
    return this.only((column) => usual.test(column)) ?? this.only((column) => usual.test(plain(column)));
  }

  private placeOf(named: string): number | undefined {
    return this.only((column) => column === named) ?? this.only((column) => plain(column) === plain(named));
  }

  /** @throws UserError where several columns are so */
  private only(is: (column: string) => boolean): number | undefined {
    const [at, ...others] = [...this.columns.keys()].filter((place) => is(this.nameOf(place)));
    if (others.length === 0) return at;
    const names = [at ?? 0, ...others].map((place) => JSON.stringify(this.nameOf(place))).join(", ");
    throw new UserError(
      `${this.file} has several columns of one name: ${names}.`,
      "Give each column a name of its own, or name the one that is meant.",
    );
  }

  private refuseMissing(option: ColumnOption, column: string): never {
    throw new UserError(
      `${this.file} has no column "${column}"; it has ${this.columns.map((name) => `"${name}"`).join(", ")}.`,
      `Name the column with --${option}, such as --${option} ${JSON.stringify(this.nameOf(0))}.`,
    );
  }

  nameOf(at: number): string {
    return this.columns[at] ?? "";
  }

  /** The texts of a column, none of which is missing. */
  texts(at: number): string[] {
    return this.records.map((record, row) => {
      const text = record[at] ?? "";
      return text === "" || isMissingValue(text)
        ? this.refuse(row, at, "Fill it in, or remove the row.")
        : text;
    });
  }

  numbers(at: number): Float64Array {
    return Float64Array.from(this.records, (record, row) => {
      const value = numberOf(record[at] ?? "");
      return Number.isFinite(value)
        ? value
        : this.refuse(row, at, "Give a finite number, with a point for its decimals.");
    });
  }

  refuse(row: number, at: number, remedy: string): never {
    const found = this.records[row]?.[at] ?? "";
    throw new UserError(
      `Row ${valueAt(this.rows, row)} of ${this.file} has ${found === "" ? "nothing" : JSON.stringify(found)} in column "${this.nameOf(at)}".`,
      remedy,
    );
  }
}

/** A column's name in small letters, without the sign of a comment that numpy's `savetxt` puts before the header. */
const plain = (name: string): string => name.replace(/^#\s*/, "").toLowerCase();

/**
 * What the images are called. Where no option names the column, the first of those with a likely name that has another
 * text in each row.
 */
function namesOf(table: Table, named: string | false | undefined): readonly string[] | undefined {
  if (named === false) return undefined;
  const at = named === undefined ? undefined : table.place("image", named, imageColumns);
  if (at !== undefined) {
    const names = table.texts(at);
    const known = new Map<string, number>();
    for (const [row, name] of names.entries()) {
      const first = known.get(name);
      if (first !== undefined) {
        table.refuse(row, at, `So has row ${valueAt(table.rows, first)}: keep one row for each image.`);
      }
      known.set(name, row);
    }
    return names;
  }
  const likely = [...table.columns.keys()].filter((place) => imageColumns.test(plain(table.nameOf(place))));
  return likely
    .map((place) => table.records.map((record) => record[place] ?? ""))
    .find((names) => !names.includes("") && new Set(names).size === names.length);
}

/**
 * Whose image each is. One patient that is written in two ways would count as two, two that a spreadsheet has shortened
 * to one number as one.
 */
function patientsOf(table: Table, at: number): string[] {
  const texts = table.texts(at);
  const known = new Map<string, number>();
  for (const [row, text] of texts.entries()) {
    if (/^\d(\.\d+)?e\+\d+$/i.test(text)) {
      table.refuse(
        row,
        at,
        "A spreadsheet has left out the last digits: format the column as text, and save it anew.",
      );
    }
    const same = /^\d+(\.0*)?$/.test(text)
      ? text.replace(/\.0*$/, "").replace(/^0+(?=\d)/, "")
      : text.replace(/\s+/g, " ");
    const first = known.get(same) ?? row;
    known.set(same, first);
    if (texts[first] === text) continue;
    table.refuse(
      row,
      at,
      `Row ${valueAt(table.rows, first)} has ${JSON.stringify(texts[first])}: write a patient in one way; where they are two, ` +
        "give them names that are no numbers.",
    );
  }
  return texts;
}

function labelsOf(table: Table, at: number, positive: string | undefined, orOne: boolean): Uint8Array {
  const texts = table.texts(at);
  if (positive !== undefined) {
    const found = textsOf(table, at, texts, positive);
    if (found.includes(1)) return found;
    if (!orOne) refuseAbsent(table.file, texts, positive);
  }
  return Uint8Array.from(texts, (text, row) => {
    const value = /^(true|false)$/i.test(text) ? Number(/^true$/i.test(text)) : numberOf(text);
    if (value === 0 || value === 1) return value;
    return table.refuse(
      row,
      at,
      `It should be 1 for positive and 0 for negative; or say which text means positive, such as --positive ${JSON.stringify(likelyPositive(texts, text))}.`,
    );
  });
}

/** 1 where a row has the text that means positive, or writes the same number. */
function textsOf(table: Table, at: number, texts: readonly string[], positive: string): Uint8Array {
  const number = numberOf(positive);
  const isSame = (text: string) => text === positive || numberOf(text) === number;
  const labels = Uint8Array.from(texts, (text) => Number(isSame(text)));
  const alike = (text: string) => text.replace(/\s+/g, " ").toLowerCase();
  const other = texts.findIndex((text) => !isSame(text) && alike(text) === alike(positive));
  if (other !== -1 && labels.includes(1)) {
    table.refuse(other, at, `--positive is ${JSON.stringify(positive)}: write it in one way in all rows.`);
  }
  return labels;
}

function refuseAbsent(file: string, texts: readonly string[], positive: string): never {
  const found = [...new Set(texts)].slice(0, 10).map((text) => JSON.stringify(text));
  throw new UserError(
    `--positive is ${JSON.stringify(positive)}, and no row of ${file} says so; it has ${found.join(", ")}.`,
    "Give the text that means positive.",
  );
}

/** The larger of two numbers, or the one of two names that is not that of the normal; else the one that was found. */
function likelyPositive(texts: readonly string[], found: string): string {
  const values = [...new Set(texts)];
  if (values.length !== 2) return found;
  const [first = NaN, second = NaN] = values.map(numberOf);
  if (Number.isFinite(first) && Number.isFinite(second)) return valueAt(values, first > second ? 0 : 1);
  return positiveClass(values)?.name ?? found;
}
