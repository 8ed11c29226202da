import { interruptible } from "../interrupt.js";
import type { BatchLoader } from "./DataBunch.js";
import type { Learner } from "./Learner.js";
import { type MetricInput, metricValue } from "./metrics.js";

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
  const { c } = learn.data;
  const names = learn.metricClasses;
  const sums = learn.metrics.map(() => 0);
  const all: MetricInput[] = [];
  let [items, loss, weight] = [0, 0, 0];
  try {
    for await (const batch of learn.passes.over(loader)) {
      const { logits, losses } = await learn.evaluateBatch(batch);
      const n = batch.y.length;
      items += n;
      learn.loss.weights(batch.y).forEach((of, i) => {
        weight += of;
        loss += of * (losses[i] ?? NaN);
      });
      learn.metrics.forEach((metric, i) => {
        if (metric.whole !== true)
          sums[i] = (sums[i] ?? 0) + n * metricValue(metric, { logits, c, y: batch.y, ...names });
      });
      all.push({ logits, c, y: batch.y });
      await onBatch();
    }
  } finally {
    await learn.endEvaluation();
  }
  const set = joined(all, c);
  const metrics = learn.metrics.map((metric, i) =>
    metric.whole === true ? metricValue(metric, { ...set, ...names }) : (sums[i] ?? NaN) / items,
  );
  return { validLoss: loss / weight, metrics };
}

function joined(batches: readonly MetricInput[], c: number): MetricInput {
  const n = batches.reduce((sum, { y }) => sum + y.length, 0);
  const [logits, y] = [new Float32Array(n * c), new Int32Array(n)];
  let at = 0;
  for (const batch of batches) {
    logits.set(batch.logits, at * c);
    y.set(batch.y, at);
    at += batch.y.length;
  }
  return { logits, c, y };
}

/** The same, to be stopped by the person at the keyboard. */
export const validateInterruptibly = (learn: Learner, loader: BatchLoader): Promise<Validation> =>
  interruptible((check) => validate(learn, loader, check));
