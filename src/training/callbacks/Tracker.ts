import { UserError } from "../../errors.js";
import type { TrainingState } from "../Callback.js";
import { inRange, oneOf } from "../../inRange.js";

/** Which number a callback follows, and what counts as better. */
export interface TrackerOptions {
  /** "train_loss", "valid_loss" or a metric by its column's name, such as "error_rate". @default "valid_loss" */
  readonly monitor?: string;
  /** Whether lower or higher is better; "auto": lower where the name has "loss" or "error" in it. @default "auto" */
  readonly mode?: "auto" | "min" | "max";
  /** How much better a value must be to count, from 0 on. @default 0 */
  readonly minDelta?: number;
}

/** Follows one column of the training table from epoch to epoch: fast.ai's `TrackerCallback`. */
export class Tracker {
  readonly monitor: string;
  /** The best value so far in this fit. */
  best = NaN;
  /** Epochs since then. */
  wait = 0;
  private readonly lowerIsBetter: boolean;
  private readonly minDelta: number;

  /** @throws UserError when `mode` or `minDelta` make no sense */
  constructor({ monitor = "valid_loss", mode = "auto", minDelta = 0 }: TrackerOptions) {
    oneOf("mode", mode, ["auto", "min", "max"]);
    this.monitor = monitor;
    this.minDelta = inRange("minDelta", minDelta, { from: 0 });
    this.lowerIsBetter = mode === "auto" ? /loss|error/.test(monitor) : mode === "min";
  }

  /** @throws UserError when the learner has no such column */
  trainBegin({ learn }: TrainingState): void {
    const known = ["train_loss", "valid_loss", ...learn.recorder.metricNames];
    if (!known.includes(this.monitor)) {
      throw new UserError(
        `There is no column ${JSON.stringify(this.monitor)} to monitor.`,
        `The columns are ${known.join(", ")}; give the learner the metric.`,
      );
    }
    this.reset();
  }

  reset(): void {
    [this.best, this.wait] = [NaN, 0];
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
    return metrics[learn.recorder.metricNames.indexOf(this.monitor)];
  }
}
