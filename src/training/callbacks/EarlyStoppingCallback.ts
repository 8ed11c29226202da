import { checkOptions, type OptionKinds } from "../../core/checkOptions.js";
import { currentDisplay } from "../../core/Display.js";
import { checkInteger } from "../../core/checkNumber.js";
import type { Callback, CallbackRequest, TrainingState } from "./Callback.js";
import { Tracker, trackerKinds, type TrackerOptions, type TrackerState } from "./Tracker.js";

/** When `EarlyStoppingCallback` ends a fit. */
export interface EarlyStoppingOptions extends TrackerOptions {
  /** Epochs without an improvement that are borne; one more ends the fit. @default 0 */
  readonly patience?: number;
}

const kinds: OptionKinds<EarlyStoppingOptions> = { patience: "number", ...trackerKinds };

/** Ends a fit when a column of its table no longer improves, as fast.ai's callback of this name. */
export class EarlyStoppingCallback implements Callback {
  private readonly tracker: Tracker;
  private readonly patience: number;

  /** @throws UserError when an option makes no sense */
  constructor(options: EarlyStoppingOptions = {}) {
    checkOptions("EarlyStoppingCallback", options, kinds);
    const { patience = 0, ...tracked } = options;
    this.tracker = new Tracker(tracked);
    this.patience = checkInteger("patience", patience, 0);
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

  epochEnd(state: TrainingState): CallbackRequest {
    this.tracker.epochEnd(state);
    const stopTraining = this.tracker.wait > this.patience;
    if (stopTraining) {
      const { head, best, wait } = this.tracker;
      const why = Number.isNaN(best)
        ? `has been NaN for ${wait}`
        : `has not improved on ${best.toFixed(6)} for ${wait}`;
      currentDisplay().text(
        `Epoch ${state.epoch}: early stopping; ${head} ${why} ${wait === 1 ? "epoch" : "epochs"}.`,
      );
    }
    return { stopTraining };
  }
}
