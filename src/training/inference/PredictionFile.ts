import { appendFile, open, rm, stat, truncate } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "../../core/errors.js";
import { readPart } from "../../core/readPart.js";
import { readParquet, writeParquet } from "./parquetRows.js";
import type { FilePrediction, UnreadableFile } from "./predictEach.js";
import { csvFormat, jsonLinesFormat, type RowFormat } from "./predictionRows.js";
import { wholeRows } from "./wholeRows.js";

const parquetEnding = ".parquet";

/** Whose predictions a file holds. */
export interface PredictedBy {
  readonly classes: readonly string[];
  /** What tells the net from others; rows of another net are not mixed with this one's. */
  readonly model: string;
}

/** Where rows of predictions go: one file after the other, each row whole. */
export class PredictionFile {
  private constructor(
    private readonly file: string,
    private readonly format: RowFormat,
    /** The files that had a row already, and whether they could be read. */
    readonly done: ReadonlyMap<string, boolean>,
    /** Makes what was asked for of the rows; undefined: the rows are it. */
    private readonly make?: (hasNew: boolean) => Promise<void>,
  ) {}

  private hasNew = false;

  /**
   * Begins a file, or goes on behind the last whole row of one that is there: what was cut off behind it is taken away.
   * @param file its ending is `.csv`, `.jsonl` or `.parquet`. To a Parquet file nothing can be added: rows go to a file of
   * JSON lines beside it, such as `results.parquet.jsonl`, until {@link finish} makes the Parquet file of them
   * @throws UserError where the ending is another, or the file holds something else or another net's predictions
   */
  static async open(file: string, by: PredictedBy): Promise<PredictionFile> {
    if (path.extname(file).toLowerCase() === parquetEnding) return PredictionFile.openParquet(file, by);
    const { classes, model } = by;
    const formats: Readonly<Record<string, RowFormat>> = {
      ".csv": csvFormat(classes, model),
      ".jsonl": jsonLinesFormat(classes, model),
    };
    const format = formats[path.extname(file).toLowerCase()];
    if (!format) {
      throw new UserError(
        `${file} is none of the formats for predictions: ${[...Object.keys(formats), parquetEnding].join(", ")}.`,
        "Give it one of these endings.",
      );
    }
    const bytes = await sizeOf(file);
    const { done, end } =
      bytes === undefined ? { done: new Map<string, boolean>(), end: 0 } : await rowsIn(file, format, model);
    try {
      if (bytes !== undefined && end < bytes) await truncate(file, end);
      if (end === 0) await appendFile(file, format.head);
      // Whether it can be written to is known before anything is computed.
      else await (await open(file, "a")).close();
    } catch (error) {
      throw notWritten(file, error);
    }
    return new PredictionFile(file, format, done);
  }

  private static async openParquet(file: string, by: PredictedBy): Promise<PredictionFile> {
    const lines = `${file}.jsonl`;
    // What lies in both is in the lines too: they are what goes on.
    const isReadBack = (await sizeOf(lines)) === undefined && (await sizeOf(file)) !== undefined;
    if (isReadBack) await readParquet(file, lines, by);
    const { format, done } = await PredictionFile.open(lines, by);
    return new PredictionFile(lines, format, done, async (hasNew) => {
      if (hasNew || !isReadBack) await writeParquet(file, lines, by);
      await rm(lines, { force: true });
    });
  }

  /**
   * Ends a file that has all its rows.
   * @throws UserError when the disk refuses
   */
  async finish(): Promise<void> {
    await this.make?.(this.hasNew);
  }

  /** @throws UserError when the disk refuses */
  async append(rows: readonly (FilePrediction | UnreadableFile)[]): Promise<void> {
    if (rows.length === 0) return;
    this.hasNew = true;
    const text = rows.map((row) => this.format.row(row)).join("");
    await appendFile(this.file, text).catch((error: unknown) => {
      throw notWritten(this.file, error);
    });
  }
}

/**
 * Which files have rows, whether they could be read, and where the last whole one ends; 0 where not even the head is whole.
 * @throws UserError where the file holds something else, or another net's predictions
 */
async function rowsIn(
  file: string,
  format: RowFormat,
  model: string,
): Promise<{ readonly done: ReadonlyMap<string, boolean>; readonly end: number }> {
  const foreign = (): UserError =>
    new UserError(
      `${file} is there already, and holds no predictions of this net.`,
      "Name another file with --out, or move it away.",
    );
  const from = Buffer.byteLength(format.head);
  const done = new Map<string, boolean>();
  try {
    // A head that is cut off says as much as one that was never written, and so does a first row of JSON.
    const head = readPart(file, Math.max(from, beginningBytes)).toString("utf8");
    if (!head.startsWith(format.head) || from === 0) {
      if (!format.isBeginning(head)) throw foreign();
      if (from > 0) return { done, end: 0 };
    }
    let end = from;
    for await (const part of wholeRows(file, { from, hasQuotes: format.hasQuotes })) {
      const marks = format.marks(part.rows);
      if (marks?.every((row) => row.model === model) !== true) throw foreign();
      for (const { path: own, reason = "" } of marks) done.set(own, reason === "");
      end = part.end;
    }
    return { done, end };
  } catch (error) {
    throw error instanceof UserError ? error : notWritten(file, error);
  }
}

/** As many as tell whether a file begins as a row of JSON does. */
const beginningBytes = 64;

/** Undefined where there is no such file. */
async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw notWritten(file, error);
  }
}

const notWritten = (file: string, cause: unknown): UserError =>
  new UserError(
    `${file} was not written: ${messageOf(cause)}.`,
    "Name another file with --out, or free some room.",
    {
      cause,
    },
  );
