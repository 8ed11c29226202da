import { appendFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "../../core/errors.js";
import { makeFolder } from "../../core/makeFolder.js";
import type { Callback, TrainingState } from "./Callback.js";
import { progressTable } from "../recorder/progressTable.js";
import { fileNamed } from "../../core/fileEnding.js";

/** Where `CSVLogger` writes. */
export interface CSVLoggerOptions {
  /** The file's name in the learner's `modelDir`; ".csv" is put behind it where it is not there. @default "history" */
  readonly filename?: string;
  /** Write each epoch's time too, which no two runs have alike. @default true */
  readonly addTime?: boolean;
  /** Go on below the rows of an earlier fit, if there are any, in place of beginning anew. @default false */
  readonly append?: boolean;
}

/** Writes the training table to a CSV file, row by row as the epochs end: fast.ai's callback of this name. */
export class CSVLogger implements Callback {
  private readonly filename: string;
  private readonly append: boolean;
  private readonly addTime: boolean;
  /** Where this fit writes. */
  private file: string | undefined;

  /** @throws UserError when a file cannot be called so, such as "" or "../log" */
  constructor({ filename = "history", append = false, addTime = true }: CSVLoggerOptions = {}) {
    this.filename = fileNamed(filename, ".csv");
    [this.append, this.addTime] = [append, addTime];
  }

  /** The rows up to now. */
  async state(): Promise<string> {
    return this.file === undefined ? "" : textOf(this.file);
  }

  /** What was written after the fit's backup is written again. */
  async restore(rows: unknown, { learn }: TrainingState): Promise<void> {
    const file = this.fileOf(learn);
    this.file = file;
    await this.write(file, async () => {
      await makeFolder(path.dirname(file), otherModelDir);
      await writeFile(file, rows as string);
    });
  }

  /** @throws UserError when the file cannot be written, or holds other columns than those of this fit */
  async trainBegin({ learn }: TrainingState): Promise<void> {
    const file = this.fileOf(learn);
    this.file = file;
    await makeFolder(path.dirname(file), otherModelDir);
    await this.write(file, async () => {
      const header = this.line(progressTable(learn.recorder.columns).columns);
      const written = this.append ? await textOf(file) : "";
      if (written === "") await writeFile(file, header);
      else {
        requireHeader(written, header, file);
        // Where the last row was cut off, the next one begins a line of its own.
        if (!written.endsWith("\n")) await appendFile(file, "\n");
      }
    });
  }

  /** @throws UserError when the file cannot be written */
  async epochEnd(state: TrainingState): Promise<void> {
    const { learn, smoothLoss: trainLoss, ...rest } = state;
    const row = progressTable(learn.recorder.columns).row({ ...rest, trainLoss });
    const file = this.fileOf(learn);
    await this.write(file, () => appendFile(file, this.line(row)));
  }

  private async write(file: string, how: () => Promise<void>): Promise<void> {
    try {
      await how();
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError(
        `The training table cannot be written to ${file}: ${messageOf(error)}`,
        "Give the learner another `modelDir`, or the logger another filename.",
        { cause: error },
      );
    }
  }

  /** A line for a row of the training table, whose last column is the time. */
  private line(cells: readonly string[]): string {
    return line(this.addTime ? cells : cells.slice(0, -1));
  }

  private fileOf(learn: TrainingState["learn"]): string {
    return path.join(learn.modelDir, this.filename);
  }
}

const otherModelDir = "Give the learner another `modelDir`.";

/** "" where there is no such file. */
async function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  });
}

function requireHeader(written: string, header: string, file: string): void {
  // A spreadsheet may have written its own line ends and a mark of its encoding.
  const text = `${written.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n")}\n`;
  if (text.startsWith(header)) return;
  const first = text.slice(0, text.indexOf("\n"));
  throw new UserError(
    `${file} has other columns than this fit: ${first} there, ${header.trimEnd()} here.`,
    "Give the logger another filename, or leave `append` out to begin the file anew.",
  );
}

/** RFC 4180: a class's name may hold a comma, quotation marks or an end of line. */
const line = (cells: readonly string[]): string =>
  `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")}\n`;
