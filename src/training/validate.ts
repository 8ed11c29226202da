import { interruptible } from "../interrupt.js";
import type { BatchLoader } from "./DataBunch.js";
import type { Learner } from "./Learner.js";

/** Loss and metrics over a set, each item with the same weight also in a short last batch. */
export interface Validation {
  /** Mean of the learner's loss, each item with its class's weight. */
  readonly validLoss: number;
  /** In the order of the learner's metrics. */
  readonly metrics: readonly number[];
}

/** @param onBatch called after each batch */
export async function validate(
  learn: Learner,
  loader: BatchLoader,
  onBatch: () => Promise<void>,
): Promise<Validation> {
  const sums = learn.metrics.map(() => 0);
  let [items, loss, weight] = [0, 0, 0];
  try {
    for await (const batch of loader.batches()) {
      const { logits, losses } = await learn.evaluateBatch(batch);
      const n = batch.y.length;
      items += n;
      learn.loss.weights(batch.y).forEach((of, i) => {
        weight += of;
        loss += of * (losses[i] ?? NaN);
      });
      learn.metrics.forEach((metric, i) => {
        sums[i] = (sums[i] ?? 0) + n * metric({ logits, c: learn.data.c, y: batch.y });
      });
      await onBatch();
    }
  } finally {
    await learn.endEvaluation();
  }
  return { validLoss: loss / weight, metrics: sums.map((sum) => sum / items) };
}

/** The same, to be stopped by the person at the keyboard. */
export const validateInterruptibly = (learn: Learner, loader: BatchLoader): Promise<Validation> =>
  interruptible((check) => validate(learn, loader, check));
