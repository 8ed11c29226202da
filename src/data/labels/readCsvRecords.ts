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

/**
 * The rows of a CSV file (RFC 4180), the header among them, with trimmed fields, and how many lines above them were
 * passed over.
 * @throws UserError naming the file, and the line where it is known, when it cannot be read
 */
export function readCsvRecords(
  csv: CsvFile,
  { delimiter, encoding }: CsvFormat = {},
): { records: string[][]; above: number } {
  const { file, what } = csv;
  const text = readCsvText(csv, encoding);
  // Excel's own way to say it; other programs take it for a row.
  const said = /^"?sep=(.)"?\r?\n/i.exec(text);
  if (delimiter === undefined && !said) requireCommas(text, csv);
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
      `The ${what} ${file} cannot be read: ${messageOf(error)}`,
      "Mend that line, or give the delimiter.",
      {
        cause: error,
      },
    );
  }
}

/** Outside English-speaking countries Excel writes semicolons, and as "Unicode text" tabs. */
function requireCommas(text: string, { file, option }: CsvFile): void {
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
    `Say it with ${option("delimiter", other)}; for commas, say ${option("delimiter", ",")}.`,
  );
}
