import { parse } from "csv-parse/sync";
import { UserError, messageOf } from "../../core/errors.js";
import { type CsvFile, readCsvText } from "./readCsvText.js";

/** How a CSV file is written. */
export interface CsvFormat {
  /** What stands between two fields. @default what Excel's first line "sep=;" says, else "," */
  readonly delimiter?: string;
  /** Such as "windows-1252", by its name in the WHATWG's Encoding Standard. @default UTF-8; UTF-16 where a mark says it */
  readonly encoding?: string;
}

/** What a CSV file holds. */
export interface CsvRecords {
  /** Trimmed fields of each row, the header among them; empty lines are none. */
  readonly records: string[][];
  /** The row that each record stands in, from 1 on, as a spreadsheet counts: with the lines that were passed over. */
  readonly rows: readonly number[];
}

/**
 * The rows of a CSV file (RFC 4180). Lines above the header that begin with "#" are comments, but the last of them, where
 * it has as many fields as the line below.
 * @throws UserError naming the file, and the line where it is known, when it cannot be read
 */
export function readCsvRecords(csv: CsvFile, { delimiter, encoding }: CsvFormat = {}): CsvRecords {
  const { file, what } = csv;
  const text = readCsvText(csv, encoding);
  // Excel's own way to say it; other programs take it for a row.
  const said = /^"?sep=(.)"?\r?\n/i.exec(text);
  const table = text.slice(said?.[0].length ?? 0);
  const comments = commentsAbove(table, delimiter ?? said?.[1]);
  const below = table.slice(comments.length);
  if (delimiter === undefined && !said) requireCommas(below, csv);
  const above = linesOf(comments).length - 1 + (said ? 1 : 0);
  const rows: number[] = [];
  try {
    const records = parse(below, {
      delimiter: delimiter ?? said?.[1] ?? ",",
      skip_empty_lines: true,
      trim: true,
      // Files that several programs wrote end their lines in several ways; found by itself is only the first.
      record_delimiter: ["\r\n", "\n", "\r"],
      on_record: (record: string[], passed) => {
        rows.push(above + passed.records + passed.empty_lines);
        return record;
      },
    });
    return { records, rows };
  } catch (error) {
    // The parser counts the lines from where it starts.
    const message = messageOf(error).replace(/(?<=\bline )\d+/g, (line) => String(Number(line) + above));
    throw new UserError(
      `The ${what} ${file} cannot be read: ${message}`,
      "Mend that line, or give the delimiter.",
      { cause: error },
    );
  }
}

const linesOf = (text: string): string[] => text.split(/\r\n|\n|\r/);

/** How many of a mark there are outside quotes. */
const countOf = (mark: string, line: string): number => line.replace(/"[^"]*"/g, "").split(mark).length - 1;

/** The comments above the header, with the ends of their lines; "" where there are none. */
function commentsAbove(text: string, delimiter?: string): string {
  const comments = /^(?:[^\S\r\n]*(?:#[^\r\n]*)?(?:\r\n|\n|\r))+/.exec(text)?.[0] ?? "";
  const last =
    linesOf(comments)
      .filter((line) => line.trim() !== "")
      .at(-1) ?? "";
  if (last === "") return "";
  const next = linesOf(text.slice(comments.length, comments.length + 10_000))[0] ?? "";
  const marks = delimiter === undefined ? [",", ";", "\t", "|"] : [delimiter];
  const isHeader = marks.some(
    (mark) => countOf(mark, next) > 0 && countOf(mark, last) === countOf(mark, next),
  );
  return isHeader || next === "" ? comments.slice(0, comments.lastIndexOf(last)) : comments;
}

/** Outside English-speaking countries Excel writes semicolons, and as "Unicode text" tabs. */
function requireCommas(text: string, { file, option }: CsvFile): void {
  const line = linesOf(text.trimStart().slice(0, 10_000))[0] ?? "";
  const count = (mark: string): number => countOf(mark, line);
  const commas = count(",");
  const other =
    [";", "\t"].find((mark) => count(mark) > commas) ?? (commas === 0 && count("|") > 0 ? "|" : "");
  if (other === "") return;
  const name = { ";": "semicolons", "\t": "tabs", "|": "bars" }[other] ?? "";
  throw new UserError(
    `The fields of ${file} are not divided by commas, but, as it seems, by ${name}.`,
    `Say it with ${option("delimiter", other)}; for commas, say ${option("delimiter", ",")}.`,
  );
}
