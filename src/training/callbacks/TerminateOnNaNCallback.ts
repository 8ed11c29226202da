import { UserError } from "../../core/errors.js";
import { indented } from "../../core/indented.js";
import type { Callback, TrainingState } from "./Callback.js";

/** Files of a batch that an error names one by one. */
const maxListed = 8;

/**
 * Ends a fit at the first loss that is no number, naming the step, the rates and the batch. fast.ai's callback of
 * this name prints a line and goes on with broken weights; here the fit fails.
 */
export class TerminateOnNaNCallback implements Callback {
  /** @throws UserError when the last batch's loss is NaN */
  batchEnd({ lastLoss, epoch, batch, lastItems, learn }: TrainingState): void {
    if (!Number.isNaN(lastLoss)) return;
    const { items } = learn.data.trainDl.dataset;
    const names = lastItems.map((item) => items?.[item]?.path ?? `item ${item}`);
    throw new UserError(
      `The loss is NaN at batch ${batch - 1} of epoch ${epoch}, with learning rates ${learn.optimizer.lrs.join(", ")}. ` +
        `The batch's images:${indented(names, maxListed)}`,
      "The net is broken: load a checkpoint, and train with a lower learning rate or with clipGrad.",
    );
  }
}
