import { currentDisplay } from "../../display/Display.js";
import { oneOf } from "../../inRange.js";
import { checkpointName } from "../checkpoint.js";
import type { Callback, TrainingState } from "../Callback.js";
import { Tracker, type TrackerOptions } from "./Tracker.js";

/** When `SaveModelCallback` saves, and under which name. */
export interface SaveModelOptions extends TrackerOptions {
  /** "epoch" saves each one, as `name_0`, `name_1` and so on. @default "improvement" */
  readonly every?: "improvement" | "epoch";
  /** Of the checkpoint in the learner's `modelDir`. @default "bestmodel" */
  readonly name?: string;
}

/**
 * Saves the net when a column of the training table improves, and loads the best one at the end of the fit, also of
 * one that was interrupted: fast.ai's callback of this name. Unlike it, a file of an earlier fit is never loaded.
 */
export class SaveModelCallback implements Callback {
  private readonly tracker: Tracker;
  private readonly every: "improvement" | "epoch";
  private readonly name: string;

  /** @throws UserError when an option makes no sense */
  constructor({ every = "improvement", name = "bestmodel", ...tracked }: SaveModelOptions = {}) {
    oneOf("every", every, ["improvement", "epoch"]);
    this.tracker = new Tracker(tracked);
    [this.every, this.name] = [every, checkpointName(name)];
  }

  trainBegin(state: TrainingState): void {
    this.tracker.trainBegin(state);
  }

  async epochEnd(state: TrainingState): Promise<void> {
    const { learn, epoch } = state;
    if (this.every === "epoch") {
      await learn.save(`${this.name}_${epoch}`);
      return;
    }
    const better = this.tracker.epochEnd(state);
    if (better === undefined) return;
    const { monitor } = this.tracker;
    currentDisplay().text(
      `Better model found at epoch ${epoch} with ${monitor} value: ${better.toFixed(6)}.`,
    );
    await learn.save(this.name);
  }

  async trainEnd({ learn }: TrainingState): Promise<void> {
    const saved = !Number.isNaN(this.tracker.best);
    // A later fit may fail before its beginning, and end all the same.
    this.tracker.reset();
    if (saved) await learn.load(this.name);
  }
}
