import { withRows } from "../../core/resultTables.js";
import { inspect } from "node:util";
import { checkOptions, type OptionKinds } from "../../core/checkOptions.js";
import { type Curves, currentDisplay, type FitProgress } from "../../core/Display.js";
import { UserError } from "../../core/errors.js";
import type { EpochSpan } from "../EpochSpan.js";
import type { Optimizer } from "../optimizers/Optimizer.js";
import type { Callback, TrainingState } from "../callbacks/Callback.js";
import type { EpochRow } from "./EpochRow.js";
import type { EpochMark } from "../NetEpoch.js";
import { lrFindFigure } from "./lrFindFigure.js";
import { lrSuggestions } from "./lrSuggestions.js";
import type { MetricColumn } from "../metrics/metricColumns.js";
import { progressTable } from "./progressTable.js";
import { lossesFigure, lrFigure, metricsFigure } from "./recorderFigures.js";

/** What of a search `recorder.plot` shows. */
export interface PlotOptions {
  /** Batches left out at the start. @default 10 */
  readonly skipStart?: number;
  /** Batches left out at the end. @default 5 */
  readonly skipEnd?: number;
  /** Mark what `lrSuggestions` finds in the part that is shown. @default false */
  readonly suggestion?: boolean;
}

const plotKinds: OptionKinds<PlotOptions> = {
  skipStart: "number",
  skipEnd: "number",
  suggestion: "boolean",
};

interface RecorderState {
  readonly losses: readonly number[];
  readonly lrs: readonly number[];
  readonly moms: readonly number[];
  readonly rows: readonly EpochRow[];
  readonly batchesBefore: readonly number[];
  readonly total: number;
  readonly kept?: EpochMark;
}

const nothing = { epochs: 0, train: 0, valid: 0 };
const fitFirst = "Run `await learn.fitOneCycle(1)` first.";

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
  /** The momentum at each batch. */
  readonly moms: number[] = [];
  /** The finished epochs. */
  readonly rows: EpochRow[] = withRows("Epochs", []);
  /** Training batches before the end of each row's epoch. */
  private readonly batchesBefore: number[] = [];
  /**
   * Where the fit is, between an epoch's first training batch and its end.
   * @internal
   */
  place: Pick<TrainingState, "epoch" | "batch" | "batches"> | undefined;
  /**
   * The epoch that the net was of at the fit's end.
   * @internal
   */
  kept: EpochMark | undefined;
  private readonly table: ReturnType<typeof progressTable>;
  private progress: FitProgress | undefined;
  /** Training batches of the whole fit. */
  private total = 0;

  /** @internal a learner makes one for each fit */
  constructor(
    private readonly optimizer: Optimizer,
    /**
     * The columns of the learner's metrics, in their order.
     * @internal
     */
    readonly columns: readonly MetricColumn[],
    private readonly span?: EpochSpan,
    /** What is trained, such as "head". */
    private readonly title?: string,
  ) {
    this.table = progressTable(columns);
  }

  /** What callbacks monitor the metrics by, such as "recall", in their order. */
  get metricNames(): readonly string[] {
    return this.columns.map(({ name }) => name);
  }

  /** What stands above the metrics in the table, such as "recall of cat", in their order. */
  get metricHeads(): readonly string[] {
    return this.columns.map(({ head }) => head);
  }

  /** What it is made with is the learner's own. */
  describe(): unknown {
    return {};
  }

  /** Everything it has recorded. */
  state(): unknown {
    const { losses, lrs, moms, rows, batchesBefore, total, kept } = this;
    return { losses, lrs, moms, rows, batchesBefore, total, kept };
  }

  restore(saved: unknown): void {
    const { losses, lrs, moms, rows, batchesBefore, total, kept } = saved as RecorderState;
    // One by one: a long fit has more batches than a call may have arguments.
    for (const loss of losses) this.losses.push(loss);
    for (const lr of lrs) this.lrs.push(lr);
    for (const mom of moms) this.moms.push(mom);
    // An epoch without validation has a loss that is undefined, which no file keeps.
    for (const row of rows) this.rows.push({ ...row, validLoss: row.validLoss });
    this.batchesBefore.push(...batchesBefore);
    this.total = total;
    this.kept = kept && { ...kept, validLoss: kept.validLoss };
    if (this.span?.numIt === undefined) for (const row of rows) this.progress?.row(this.table.row(row));
  }

  trainBegin({ batches, epochs, epoch }: TrainingState): void {
    this.total = this.span?.numIt ?? batches * ((this.span?.to ?? epochs) - epoch);
    this.progress = currentDisplay().fitProgress(
      this.table.columns,
      () => this.curves(),
      this.title && `${this.title}: ${this.lengthInWords(epochs)}`,
    );
  }

  private lengthInWords(epochs: number): string {
    const { numIt, from = 0, to = epochs } = this.span ?? {};
    if (numIt !== undefined) return `${numIt} ${numIt === 1 ? "batch" : "batches"}`;
    const count = to - from;
    return `${count} ${count === 1 ? "epoch" : "epochs"}`;
  }

  batchBegin(): void {
    this.lrs.push(this.optimizer.lrs.at(-1) ?? NaN);
    this.moms.push(this.optimizer.mom);
  }

  batchEnd(state: TrainingState): void {
    const { epoch, batch, batches, iteration, smoothLoss } = state;
    const { numIt } = this.span ?? {};
    this.losses.push(smoothLoss);
    this.place = { epoch, batch, batches };
    const shown =
      numIt === undefined
        ? ({ phase: "train", batch, batches } as const)
        : ({ phase: "search", batch: iteration, batches: numIt } as const);
    this.progress?.batch({ ...this.shownPlace(state), ...shown, comment: smoothLoss.toFixed(4) });
  }

  validBatchEnd(state: TrainingState): void {
    const { batch, validBatches: batches } = state;
    this.progress?.batch({ ...this.shownPlace(state), phase: "valid", batch, batches });
  }

  /** The epoch, and what comes after this phase. */
  private shownPlace({ epoch, epochs, batches: train, validBatches: valid }: TrainingState) {
    const { to = epochs, numIt } = this.span ?? {};
    const coming = numIt === undefined ? { epochs: to - epoch - 1, train, valid } : nothing;
    return { epoch, epochs, coming };
  }

  epochEnd({ epoch, smoothLoss: trainLoss, validLoss, metrics, seconds }: TrainingState): void {
    const row = { epoch, trainLoss, validLoss, metrics, seconds };
    this.place = undefined;
    this.rows.push(row);
    this.batchesBefore.push(this.losses.length);
    // A search's rows are of rates that nobody trains with.
    if (this.span?.numIt === undefined) this.progress?.row(this.table.row(row));
  }

  trainEnd({ endedBy }: TrainingState): void {
    if (endedBy === undefined) this.progress?.end();
    else
      this.progress?.end(
        endedBy instanceof Error && endedBy.name === "KeyboardInterrupt"
          ? "interrupted"
          : "stopped by an error",
      );
    const undefinedOnes = this.columns.filter(
      ({ nanWhere }, i) =>
        nanWhere !== undefined && this.rows.some(({ metrics }) => Number.isNaN(metrics[i])),
    );
    for (const { head, nanWhere = "" } of undefinedOnes) {
      currentDisplay().text(`NaN stands for "${head}" where it is not defined: ${nanWhere}.`);
    }
  }

  /**
   * The smoothed loss against the learning rate, on a logarithmic axis.
   * @throws UserError when nothing was recorded
   */
  async plot(options: PlotOptions = {}): Promise<void> {
    checkOptions("recorder.plot()", options, plotKinds);
    const { skipStart = 10, skipEnd = 5, suggestion = false } = options;
    this.requireLosses("Run `await learn.lrFind()` first.");
    // A short record is shown whole rather than not at all.
    const enough = this.losses.length > skipStart + skipEnd + 1;
    const [from, to] = enough ? [skipStart, this.losses.length - skipEnd] : [0, this.losses.length];
    const [lrs, losses] = [this.lrs.slice(from, to), this.losses.slice(from, to)];
    const marks = suggestion ? lrSuggestions(lrs, losses) : undefined;
    await currentDisplay().figure(lrFindFigure(lrs, losses, { ...marks }));
  }

  /**
   * The smoothed training loss at each batch, and the validation loss after each epoch.
   * @throws UserError when nothing was recorded
   */
  async plotLosses(): Promise<void> {
    this.requireLosses(fitFirst);
    const valid = this.rows.flatMap(({ validLoss }, i) =>
      validLoss === undefined ? [] : { batches: this.batchesBefore[i] ?? NaN, loss: validLoss },
    );
    await currentDisplay().figure(lossesFigure(this.losses, valid));
  }

  /**
   * The learning rate at each batch.
   * @param options `showMoms`: the momentum beside it; default false
   * @throws UserError when nothing was recorded
   */
  async plotLr(options: { readonly showMoms?: boolean } = {}): Promise<void> {
    checkOptions("recorder.plotLr()", options, { showMoms: "boolean" });
    const { showMoms = false } = options;
    this.requireLosses(fitFirst);
    await currentDisplay().figure(lrFigure(this.lrs, showMoms ? this.moms : undefined));
  }

  /**
   * A panel for each metric, epoch by epoch.
   * @throws UserError when there is no metric or no validated epoch
   */
  async plotMetrics(): Promise<void> {
    const rows = this.rows.filter(({ validLoss }) => validLoss !== undefined);
    if (this.columns.length === 0 || rows.length === 0) {
      throw new UserError("There are no metrics to plot.", "Give the learner metrics, and run a fit first.");
    }
    await currentDisplay().figure(metricsFigure(this.metricHeads, rows));
  }

  /** What a notebook draws while it trains: fast.ai's `ShowGraph`, with the metrics and the learning rate. */
  private curves(): Curves[] {
    const end = Math.max(this.total, this.losses.length);
    const batches = (values: readonly unknown[]) => values.map((_, i) => i);
    const epochs = (y: readonly number[]) => ({ x: this.batchesBefore, y, dots: true });
    const valid = this.rows.map(({ validLoss }) => validLoss ?? NaN);
    return [
      {
        label: "loss",
        end,
        lines: [
          { name: "train", x: batches(this.losses), y: this.losses },
          ...(valid.some(Number.isFinite) ? [{ name: "valid", ...epochs(valid) }] : []),
        ],
      },
      ...this.metricHeads.map((label, i) => ({
        label,
        end,
        lines: [{ name: "", ...epochs(this.rows.map(({ metrics }) => metrics[i] ?? NaN)) }],
      })),
      { label: "learning rate", end, lines: [{ name: "", x: batches(this.lrs), y: this.lrs }] },
    ];
  }

  /** What a notebook or `console.log` shows. */
  [inspect.custom](): string {
    const batches = this.losses.length;
    if (batches === 0) return "Recorder: nothing was recorded yet";
    const last = this.losses.at(-1) ?? NaN;
    return (
      `Recorder of ${batches} training batches and ${this.rows.length} finished epochs; smoothed loss ${last.toFixed(4)}. ` +
      "plot(), plotLosses(), plotLr() and plotMetrics() draw it."
    );
  }

  private requireLosses(remedy: string): void {
    if (this.losses.length === 0) throw new UserError("There is nothing to plot yet.", remedy);
  }
}
