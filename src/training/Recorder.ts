import { currentDisplay, type FitProgress } from "../display/Display.js";
import { UserError } from "../errors.js";
import type { Optimizer } from "./Optimizer.js";
import type { Callback, TrainingState } from "./Callback.js";
import { lrFindFigure } from "./lrFindFigure.js";
import { progressTable } from "./progressTable.js";

/** One finished epoch. */
export interface EpochRow {
  readonly epoch: number;
  /** Smoothed over the whole fit, as fast.ai prints it. */
  readonly trainLoss: number;
  /** Mean over the validation items; undefined where validation was skipped. */
  readonly validLoss?: number;
  readonly metrics: readonly number[];
  /** Wall time, validation included. */
  readonly seconds: number;
}

export interface PlotOptions {
  /** Batches left out at the start and at the end. fast.ai's defaults: 10 and 5. */
  readonly skipStart?: number;
  readonly skipEnd?: number;
}

/**
 * What one fit, or one search for a learning rate, went through: a value a training batch, a row an epoch. It
 * shows the progress bar and the growing table too.
 */
export class Recorder implements Callback {
  readonly order = -10;
  /** The smoothed loss after each batch. */
  readonly losses: number[] = [];
  /** The last layer group's rate at each batch. */
  readonly lrs: number[] = [];
  readonly moms: number[] = [];
  readonly rows: EpochRow[] = [];
  private readonly table: ReturnType<typeof progressTable>;
  private progress: FitProgress | undefined;

  constructor(
    private readonly optimizer: Optimizer,
    readonly metricNames: readonly string[],
  ) {
    this.table = progressTable(metricNames);
  }

  trainBegin(): void {
    this.progress = currentDisplay().fitProgress(this.table.columns);
  }

  batchBegin(): void {
    this.lrs.push(this.optimizer.lrs.at(-1) ?? NaN);
    this.moms.push(this.optimizer.mom);
  }

  batchEnd({ epoch, epochs, batch, batches, smoothLoss }: TrainingState): void {
    this.losses.push(smoothLoss);
    this.progress?.batch({ epoch, epochs, phase: "train", batch, batches, comment: smoothLoss.toFixed(4) });
  }

  validBatchEnd({ epoch, epochs, batch, validBatches }: TrainingState): void {
    this.progress?.batch({ epoch, epochs, phase: "valid", batch, batches: validBatches });
  }

  epochEnd({ epoch, smoothLoss: trainLoss, validLoss, metrics, seconds }: TrainingState): void {
    const row = { epoch, trainLoss, validLoss, metrics, seconds };
    this.rows.push(row);
    this.progress?.row(this.table.row(row));
  }

  trainEnd({ endedBy }: TrainingState): void {
    if (endedBy === undefined) this.progress?.end();
    else
      this.progress?.end(
        endedBy instanceof Error && endedBy.name === "KeyboardInterrupt"
          ? "interrupted"
          : "stopped by an error",
      );
  }

  /**
   * The smoothed loss against the learning rate, on a logarithmic axis.
   * @throws UserError when nothing was recorded
   */
  async plot({ skipStart = 10, skipEnd = 5 }: PlotOptions = {}): Promise<void> {
    if (this.losses.length === 0) {
      throw new UserError("There is nothing to plot yet.", "Run `await learn.lrFind()` first.");
    }
    // A short record is shown whole rather than not at all.
    const enough = this.losses.length > skipStart + skipEnd + 1;
    const [from, to] = enough ? [skipStart, this.losses.length - skipEnd] : [0, this.losses.length];
    await currentDisplay().figure(lrFindFigure(this.lrs.slice(from, to), this.losses.slice(from, to)));
  }
}
