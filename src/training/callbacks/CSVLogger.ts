import { csvLine } from "../../core/csvLine.js";
import { checkOptions, type OptionKinds } from "../../core/checkOptions.js";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "../../core/errors.js";
import { makeFolder } from "../../core/makeFolder.js";
import type { Callback, TrainingState } from "./Callback.js";
import { progressTable } from "../recorder/progressTable.js";
import { fileNamed } from "../../core/fileEnding.js";
import { writeFiles } from "../../core/writeFiles.js";

/** Where `CSVLogger` writes. */
export interface CSVLoggerOptions {
  /** The file's name in the learner's `modelDir`; ".csv" is put behind it where it is not there. @default "history" */
  readonly filename?: string;
  /** Write each epoch's time too, which no two runs have alike. @default true */
  readonly addTime?: boolean;
  /** Go on below the rows of an earlier fit, if there are any, in place of beginning anew. @default false */
  readonly append?: boolean;
}

const kinds: OptionKinds<CSVLoggerOptions> = { filename: "text", addTime: "boolean", append: "boolean" };

interface CSVLoggerState {
  readonly rows: string;
  readonly replaced: string;
}

/** Writes the training table to a CSV file, row by row as the epochs end: fast.ai's callback of this name. */
export class CSVLogger implements Callback {
  private readonly filename: string;
  private readonly append: boolean;
  private readonly addTime: boolean;
  /** Where this fit writes. */
  private file: string | undefined;
  /** What was in the file before the fit, which has begun it anew. */
  private replaced = "";
  /**
   * Where the fit is in the file, if rows follow there: those that it had written after its backup, before its process
   * was killed, and then those of others.
   */
  private place: number | undefined;

  /** @throws UserError when a file cannot be called so, such as "" or "../log" */
  constructor(options: CSVLoggerOptions = {}) {
    checkOptions("CSVLogger", options, kinds);
    const { filename = "history", append = false, addTime = true } = options;
    this.filename = fileNamed(filename, ".csv");
    [this.append, this.addTime] = [append, addTime];
  }

  /** The rows up to now. */
  async state(): Promise<unknown> {
    const text = this.file === undefined ? "" : await textOf(this.file);
    const state: CSVLoggerState = { rows: text.slice(0, this.place), replaced: this.replaced };
    return state;
  }

  /**
   * What the fit had written by its backup is there again. What others have written to the file since then stays below.
   * @throws UserError when the file cannot be written, or holds other columns by now
   */
  async restore(saved: unknown, { learn, isResumed }: TrainingState): Promise<void> {
    const { rows, replaced } = saved as CSVLoggerState;
    const file = this.fileOf(learn);
    [this.file, this.replaced] = [file, replaced];
    await this.write(file, async () => {
      const text = await textOf(file);
      // After a fit that was finished the file may have become another one's.
      const isBefore = text === "" || text === replaced || rows.startsWith(text);
      if (isResumed !== true && !isBefore) return;
      const later = laterRows(text, { rows, replaced, header: this.header(learn), file });
      this.place = later === "" ? undefined : rows.length;
      if (text === rows + later) return;
      await makeFolder(path.dirname(file), otherModelDir);
      await writeFiles([{ file, pieces: [Buffer.from(rows + later)] }]);
    });
  }

  /** @throws UserError when the file cannot be written, or holds other columns than those of this fit */
  async trainBegin({ learn, isResumed }: TrainingState): Promise<void> {
    const file = this.fileOf(learn);
    [this.file, this.replaced, this.place] = [file, "", undefined];
    // Nothing is taken away before it is known what there was.
    if (isResumed === true) return;
    await makeFolder(path.dirname(file), otherModelDir);
    await this.write(file, async () => {
      const header = this.header(learn);
      const written = await textOf(file);
      if (!this.append) this.replaced = written;
      if (!this.append || written === "") await writeFile(file, header);
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
    const row = this.line(progressTable(learn.recorder.columns).row({ ...rest, trainLoss }));
    const file = this.fileOf(learn);
    await this.write(file, async () => {
      if (this.place === undefined) await appendFile(file, row);
      else await this.writeAgain(file, row, this.place);
    });
  }

  /** Writes a row in the place of the one that the fit wrote before it was killed, or below all others. */
  private async writeAgain(file: string, row: string, place: number): Promise<void> {
    const text = await textOf(file);
    const end = text.indexOf("\n", place) + 1 || text.length;
    const there = text.slice(place, end);
    const isSame = this.withoutTime(there) === this.withoutTime(row);
    const isCutOff = !there.endsWith("\n") && row.startsWith(there);
    if (isSame || isCutOff) {
      this.place = end === text.length ? undefined : place + row.length;
      await writeFiles([{ file, pieces: [Buffer.from(text.slice(0, place) + row + text.slice(end))] }]);
    } else {
      this.place = undefined;
      await appendFile(file, text.endsWith("\n") ? row : `\n${row}`);
    }
  }

  private withoutTime(row: string): string {
    return this.addTime ? row.slice(0, row.lastIndexOf(",")) : row;
  }

  private header(learn: TrainingState["learn"]): string {
    return this.line(progressTable(learn.recorder.columns).columns);
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
    return csvLine(this.addTime ? cells : cells.slice(0, -1));
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

/**
 * What a file holds that was written after a fit's backup.
 * @param saved `rows`: what the fit's file held by then; `replaced`: what it had held before the fit
 * @throws UserError where it has other columns
 */
function laterRows(
  text: string,
  { rows, replaced, header, file }: CSVLoggerState & { readonly header: string; readonly file: string },
): string {
  if (text === "") return "";
  // An earlier fit's rows that this one has taken away, in a file that was made again since.
  if (replaced !== "" && text.startsWith(replaced) && !rows.startsWith(replaced))
    return text.slice(replaced.length);
  if (!text.startsWith(header)) {
    requireHeader(text, header, file);
    return text.slice(text.indexOf("\n") + 1);
  }
  let common = header.length;
  for (let end; (end = rows.indexOf("\n", common) + 1) > 0; common = end) {
    if (!text.startsWith(rows.slice(common, end), common)) break;
  }
  return text.slice(common);
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
