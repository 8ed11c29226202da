import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { TextDecoder } from "node:util";
import { UserError, messageOf } from "../../core/errors.js";

/** What a program writes that is asked for a table, and is no CSV: by its first bytes. */
const otherFiles: readonly (readonly [start: string, what: string])[] = [
  ["PK\x03\x04", "a ZIP file, as Excel's .xlsx is"],
  ["\xd0\xcf\x11\xe0", "an old Office file, as Excel's .xls is"],
  ["\x1f\x8b", "compressed with gzip"],
  ["PAR1", "a Parquet file"],
];
/** The same, by the beginning of a text. */
const otherTexts: readonly (readonly [start: RegExp, what: string])[] = [
  [
    /^\s*<(!doctype html|html|head|body)[\s>]/i,
    "a page of HTML, such as a server gives where it has no such file",
  ],
  [/^\s*<\?xml/i, "XML"],
  [/^\s*(\[\s*)?\{\s*"/, "JSON"],
  [/^version https:\/\/git-lfs/, "a pointer of Git LFS: the file itself is to be fetched with git lfs pull"],
];
const utf16Marks: readonly (readonly [mark: string, encoding: string])[] = [
  ["\xff\xfe", "utf-16le"],
  ["\xfe\xff", "utf-16be"],
];

/** A CSV file, and how it is spoken of. */
export interface CsvFile {
  readonly file: string;
  /** What is in it, such as "labels". */
  readonly what: string;
  /** What to do where it cannot be read. */
  readonly missing: string;
  /** How a person gives an option. */
  readonly option: (name: "delimiter" | "encoding", value: string) => string;
}

/**
 * The text of a CSV file, without its byte order mark.
 * @param encoding by its name in the WHATWG's Encoding Standard; undefined: UTF-8, or UTF-16 where a mark says it
 * @throws UserError when it cannot be read, is no text, or is in another encoding
 */
export function readCsvText(csv: CsvFile, encoding?: string): string {
  const { file, what } = csv;
  const bytes = bytesOf(csv);
  const start = bytes.toString("latin1", 0, 4);
  const other = otherFiles.find(([known]) => start.startsWith(known));
  if (other) {
    throw new UserError(`The ${what} ${file} are no CSV file, but ${other[1]}.`, 'Save them as "CSV UTF-8".');
  }
  const marked = utf16Marks.find(([mark]) => start.startsWith(mark));
  const text = decode(bytes, encoding ?? marked?.[1] ?? "utf-8", csv);
  const otherText = otherTexts.find(([known]) => known.test(text));
  if (otherText) {
    throw new UserError(
      `The ${what} ${file} are no CSV file, but ${otherText[1]}.`,
      "Give a table with a row for each image.",
    );
  }
  const nul = text.indexOf("\0");
  if (nul === -1) return text;
  throw new UserError(
    `Line ${text.slice(0, nul).split("\n").length} of ${file} holds a NUL character: the file is damaged or no text.`,
    `Save it as "CSV UTF-8"; if it is UTF-16 without a mark, say ${csv.option("encoding", "utf-16le")}.`,
  );
}

function bytesOf({ file, what, missing }: CsvFile): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UserError(`The ${what} ${file} cannot be read: ${messageOf(error)}`, missing, { cause: error });
  }
}

function decode(bytes: Buffer, encoding: string, { file, what, option }: CsvFile): string {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding, { fatal: true });
  } catch (error) {
    throw new UserError(
      `encoding is ${JSON.stringify(encoding)}, which is not known.`,
      'Give a name such as "windows-1252".',
      { cause: error },
    );
  }
  try {
    return decoder.decode(bytes);
  } catch (error) {
    const line =
      decoder.encoding === "utf-8" ? `Line ${firstForeignLine(bytes)} of the ${what}` : `The ${what}`;
    throw new UserError(
      `${line} ${file} cannot be read as ${decoder.encoding.toUpperCase()}.`,
      `Save the file as "CSV UTF-8", or say its encoding, such as ${option("encoding", "windows-1252")} for one from Excel.`,
      { cause: error },
    );
  }
}

/** The number, from 1 on, of the first line that is not UTF-8. */
function firstForeignLine(bytes: Buffer): number {
  let line = 1;
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(10, from);
    const next = end === -1 ? bytes.length : end + 1;
    if (!isUtf8(bytes.subarray(from, next))) break;
    from = next;
  }
  return line;
}
