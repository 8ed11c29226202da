import { appendFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "../../errors.js";
import { makeFolder } from "../../makeFolder.js";
import type { Callback, TrainingState } from "../Callback.js";
import { progressTable } from "../progressTable.js";

/** Where `CSVLogger` writes. */
export interface CSVLoggerOptions {
  /** Without its ending, in the learner's `modelDir`. @default "history" */
  readonly filename?: string;
  /** Go on in the file of an earlier fit in place of beginning anew. @default false */
  readonly append?: boolean;
}

/** Writes the training table to a CSV file, row by row as the epochs end: fast.ai's callback of this name. */
export class CSVLogger implements Callback {
  private readonly filename: string;
  private readonly append: boolean;

  constructor({ filename = "history", append = false }: CSVLoggerOptions = {}) {
    [this.filename, this.append] = [filename, append];
  }

  /** @throws UserError when the file cannot be written */
  async trainBegin({ learn }: TrainingState): Promise<void> {
    const file = this.file(learn);
    await makeFolder(path.dirname(file), "Give the learner another `modelDir`.");
    const header = line(progressTable(learn.recorder.metricNames).columns);
    await this.write(file, header, this.append ? appendFile : writeFile);
  }

  /** @throws UserError when the file cannot be written */
  async epochEnd(state: TrainingState): Promise<void> {
    const { learn, smoothLoss: trainLoss, ...rest } = state;
    const row = progressTable(learn.recorder.metricNames).row({ ...rest, trainLoss });
    await this.write(this.file(learn), line(row), appendFile);
  }

  private async write(file: string, text: string, how: typeof appendFile | typeof writeFile): Promise<void> {
    try {
      await how(file, text);
    } catch (error) {
      throw new UserError(
        `The training table cannot be written to ${file}: ${messageOf(error)}`,
        "Give the learner another `modelDir`, or the logger another filename.",
        { cause: error },
      );
    }
  }

  private file(learn: TrainingState["learn"]): string {
    return path.join(learn.modelDir, `${this.filename}.csv`);
  }
}

const line = (cells: readonly string[]): string => `${cells.join(",")}\n`;
