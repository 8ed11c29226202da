import { parse } from "csv-parse/sync";
import { csvLine } from "../../core/csvLine.js";
import { probabilityOf } from "./Prediction.js";
import type { FilePrediction, UnreadableFile } from "./predictEach.js";

/** What a row is about. */
export interface RowMark {
  /** The file. */
  readonly path: string;
  /** What tells the net from others. */
  readonly model: string;
  /** Why the file has no prediction; undefined or "" where it has one. */
  readonly reason?: string;
}

/** How rows are written, and read again. */
export interface RowFormat {
  /** What the file begins with. */
  readonly head: string;
  /** Whether a line's end within quotes is part of a row. */
  readonly hasQuotes: boolean;
  row(answer: FilePrediction | UnreadableFile): string;
  /** Whether a text that is shorter than the head and a row may become a file of rows. */
  isBeginning(text: string): boolean;
  /** Whose the rows of a text are; undefined where it holds something else. */
  marks(rows: string): readonly RowMark[] | undefined;
}

/** Rows with the columns of a table. */
export function csvFormat(classes: readonly string[], model: string): RowFormat {
  const columns = [
    ...["path", "class", "probability"],
    ...classes.map((name) => `p(${name})`),
    ...["possible", "uncertain", "reason", "model"],
  ];
  const line = (cells: readonly (string | number | boolean | undefined)[]): string =>
    csvLine(cells.map((cell) => String(cell ?? "")));
  const head = line(columns);
  return {
    head,
    hasQuotes: true,
    row: (answer) => {
      if ("reason" in answer) {
        return line([answer.path, "", "", ...classes.map(() => ""), "", "", answer.reason, model]);
      }
      const { path: file, class: name, probabilities, possible, uncertain } = answer;
      const doubt = [possible?.join("|"), uncertain];
      return line([file, name, probabilityOf(answer), ...probabilities, ...doubt, "", model]);
    },
    isBeginning: (text) => head.startsWith(text),
    marks: (rows) => {
      try {
        const last = columns.length - 1;
        return parse(rows).map((cells) => {
          if (cells.length !== columns.length) throw new Error("another table");
          return { path: cells[0] ?? "", model: cells[last] ?? "", reason: cells[last - 1] };
        });
      } catch {
        return undefined;
      }
    },
  };
}

/** A row of JSON: a prediction with its probabilities by their classes' names, or why there is none. */
export interface JsonRow extends RowMark {
  readonly class?: string;
  readonly probability?: number;
  readonly probabilities?: Readonly<Record<string, number>>;
  readonly labels?: readonly string[];
  readonly possible?: readonly string[];
  readonly uncertain?: boolean;
}

/** What every row of JSON begins with. */
const firstKey = '{"path":"';

/** An object in each line. */
export function jsonLinesFormat(classes: readonly string[], model: string): RowFormat {
  return {
    head: "",
    hasQuotes: false,
    row: (answer) => `${JSON.stringify(jsonRow(answer, classes, model))}\n`,
    isBeginning: (text) => text.startsWith(firstKey) || firstKey.startsWith(text),
    marks: (rows) => {
      const read = jsonRows(rows);
      return read?.every((row) => typeof row.path === "string") === true ? read : undefined;
    },
  };
}

function jsonRow(
  answer: FilePrediction | UnreadableFile,
  classes: readonly string[],
  model: string,
): JsonRow {
  if ("reason" in answer) return { ...answer, model };
  const { path: file, class: name, labels, probabilities, possible, uncertain } = answer;
  const named = Object.fromEntries(classes.map((each, k) => [each, probabilities[k] ?? NaN]));
  const row = { path: file, class: name, probability: probabilityOf(answer), probabilities: named };
  return { ...row, labels, possible, uncertain, model };
}

/** Lines of JSON as what they hold; undefined where they hold something else. */
export function jsonRows(lines: string): JsonRow[] | undefined {
  try {
    return lines
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as JsonRow);
  } catch {
    return undefined;
  }
}

/** The answer that a row of JSON was written from. */
export function answerOfRow(row: JsonRow, classes: readonly string[]): FilePrediction | UnreadableFile {
  const { path, reason, class: name = "", labels, probabilities = {}, possible, uncertain } = row;
  if (reason !== undefined) return { path, reason };
  return {
    ...{ path, class: name, label: classes.indexOf(labels?.[0] ?? name), ...(labels && { labels }) },
    probabilities: classes.map((each) => probabilities[each] ?? NaN),
    ...(possible && { possible, uncertain: uncertain ?? false }),
  };
}
