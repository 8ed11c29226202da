import { shortNumber } from "../../core/shortNumber.js";
import { checkOptions, type OptionKinds } from "../../core/checkOptions.js";
import { currentDisplay } from "../../core/Display.js";
import type { Callback, TrainingState } from "./Callback.js";
import { checkNumber, checkInteger } from "../../core/checkNumber.js";
import { Tracker, trackerKinds, type TrackerOptions, type TrackerState } from "./Tracker.js";

/** When `ReduceLROnPlateauCallback` lowers the rates, and how far. */
export interface ReduceLROnPlateauOptions extends TrackerOptions {
  /** Epochs without an improvement that are borne; one more lowers the rate. @default 0 */
  readonly patience?: number;
  /** What the rates are multiplied by, in (0, 1). @default 0.2 */
  readonly factor?: number;
  /** The last layer group's rate is lowered only while above this. @default 1e-3 */
  readonly minLr?: number;
}

const kinds: OptionKinds<ReduceLROnPlateauOptions> = {
  patience: "number",
  factor: "number",
  minLr: "number",
  ...trackerKinds,
};

/**
 * Lowers the learning rates when a column of the training table no longer improves: fast.ai's callback of this name.
 * For `fit`; `fitOneCycle` sets the rates anew at each batch.
 */
export class ReduceLROnPlateauCallback implements Callback {
  private readonly tracker: Tracker;
  private readonly patience: number;
  private readonly factor: number;
  private readonly minLr: number;

  /** @throws UserError when an option makes no sense */
  constructor(options: ReduceLROnPlateauOptions = {}) {
    checkOptions("ReduceLROnPlateauCallback", options, kinds);
    const { patience = 0, factor = 0.2, minLr = 1e-3, ...tracked } = options;
    this.tracker = new Tracker(tracked);
    this.patience = checkInteger("patience", patience, 0);
    this.factor = checkNumber("factor", factor, { above: 0, below: 1 });
    this.minLr = checkNumber("minLr", minLr, { from: 0 });
  }

  state(): unknown {
    return this.tracker.state();
  }

  restore(saved: unknown): void {
    this.tracker.restore(saved as TrackerState);
  }

  trainBegin(state: TrainingState): void {
    this.tracker.trainBegin(state);
  }

  epochEnd(state: TrainingState): void {
    this.tracker.epochEnd(state);
    const { optimizer } = state.learn;
    if (this.tracker.wait <= this.patience || !((optimizer.lrs.at(-1) ?? NaN) > this.minLr)) return;
    optimizer.lrs = optimizer.lrs.map((lr) => lr * this.factor);
    this.tracker.wait = 0;
    currentDisplay().text(
      `Epoch ${state.epoch}: reducing lr to ${shortNumber(optimizer.lrs.at(-1) ?? NaN)}.`,
    );
  }
}
