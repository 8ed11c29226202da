import type { OptionKinds } from "../../core/checkOptions.js";
import { currentDisplay } from "../../core/Display.js";
import { UserError } from "../../core/errors.js";
import type { TrainingState } from "./Callback.js";
import { checkNumber, checkOneOf } from "../../core/checkNumber.js";
import type { MetricColumn } from "../metrics/metricColumns.js";

/** Which number a callback follows, and what counts as better. */
export interface TrackerOptions {
  /**
   * "train_loss", "valid_loss" or a metric by its name, such as "error_rate" or "recall", or by its column's head, such
   * as "recall of cat". @default "valid_loss"
   */
  readonly monitor?: string;
  /**
   * Whether lower or higher is better; "auto": as the metric itself says, else lower where its name has "loss" or
   * "error" in it. @default "auto"
   */
  readonly mode?: "auto" | "min" | "max";
  /** How much better a value must be to count, from 0 on. @default 0 */
  readonly minDelta?: number;
}

export const trackerKinds: OptionKinds<TrackerOptions> = {
  monitor: "text",
  mode: "text",
  minDelta: "number",
};

/** The best value so far, and the epochs since then. */
export type TrackerState = readonly [best: number, wait: number];

const losses = ["train_loss", "valid_loss"];

/** Follows one column of the training table from epoch to epoch: fast.ai's `TrackerCallback`. */
export class Tracker {
  readonly monitor: string;
  /** The best value so far in this fit. */
  best = NaN;
  /** Epochs since then. */
  wait = 0;
  /** The column's name, as the table's head has it. */
  head: string;
  private lowerIsBetter = true;
  private readonly mode: "auto" | "min" | "max";
  private readonly minDelta: number;

  /** @throws UserError when `mode` or `minDelta` make no sense */
  constructor({ monitor = "valid_loss", mode = "auto", minDelta = 0 }: TrackerOptions) {
    checkOneOf("mode", mode, ["auto", "min", "max"]);
    [this.monitor, this.head, this.mode] = [monitor, monitor, mode];
    this.minDelta = checkNumber("minDelta", minDelta, { from: 0 });
  }

  /** @throws UserError when the learner has no such column */
  trainBegin({ learn }: TrainingState): void {
    const { columns } = learn.recorder;
    const column = this.columnIn(columns);
    if (!column && !losses.includes(this.monitor)) {
      const known = columns.map(({ name, head }) => (name === head ? name : `${name} (${head})`));
      throw new UserError(
        `There is no column ${JSON.stringify(this.monitor)} to monitor.`,
        `The columns are ${[...losses, ...known].join(", ")}; give the learner the metric.`,
      );
    }
    this.head = column?.head ?? this.monitor;
    // By the metric's own name: the name of a class may have "loss" in it.
    const named = column?.metric.name ?? this.monitor;
    const higher = column?.metric.higherIsBetter ?? !/loss|error/i.test(named);
    this.lowerIsBetter = this.mode === "auto" ? !higher : this.mode === "min";
    const isGuess = this.mode === "auto" && column?.metric.higherIsBetter === undefined;
    if (isGuess && !/loss|error|accuracy/i.test(named)) {
      currentDisplay().text(
        `A higher ${this.head} is taken as better; give the callback a \`mode\` to choose.`,
      );
    }
    this.reset();
  }

  reset(): void {
    [this.best, this.wait] = [NaN, 0];
  }

  /** What it has found in this fit. */
  state(): TrackerState {
    return [this.best, this.wait];
  }

  restore([best, wait]: TrackerState): void {
    [this.best, this.wait] = [best, wait];
  }

  /**
   * Takes an epoch's value.
   * @returns the value where it is the best so far; undefined where it is not, or the epoch was not validated
   */
  epochEnd(state: TrainingState): number | undefined {
    const value = this.valueIn(state);
    if (value === undefined) return undefined;
    const gain = this.lowerIsBetter ? this.best - value : value - this.best;
    if (!Number.isNaN(value) && (Number.isNaN(this.best) || gain > this.minDelta)) {
      [this.best, this.wait] = [value, 0];
      return value;
    }
    this.wait++;
    return undefined;
  }

  private valueIn({ learn, smoothLoss, validLoss, metrics }: TrainingState): number | undefined {
    if (this.monitor === "train_loss") return smoothLoss;
    if (this.monitor === "valid_loss" || validLoss === undefined) return validLoss;
    const { columns } = learn.recorder;
    return metrics[columns.findIndex((column) => column === this.columnIn(columns))];
  }

  private columnIn(columns: readonly MetricColumn[]): MetricColumn | undefined {
    return columns.find(({ name, head }) => this.monitor === name || this.monitor === head);
  }
}
