import type { DsType } from "../data/ImageDataBunch.js";
import type { CrossEntropy } from "./CrossEntropy.js";
import type { ItemBatch } from "./DataBunch.js";
import type { MetricColumn } from "./metrics/metricColumns.js";
import { type MetricClasses, type MetricInput, metricValue } from "./metrics/metrics.js";
import type { BatchEvaluator } from "./session/BatchTrainer.js";

/** Loss and metrics over a set, each item with the same weight also in a short last batch. */
export interface Validation {
  /** Mean of the learner's loss, each item with its class's weight. */
  readonly validLoss: number;
  /** In the order of the learner's metrics. */
  readonly metrics: readonly number[];
}

/** Which set `learn.validate` measures. */
export interface ValidateOptions {
  /** @default "valid" */
  readonly dsType?: Exclude<DsType, "test">;
}

/** What a set is validated with. */
export interface Validator {
  readonly runner: BatchEvaluator;
  readonly loss: CrossEntropy;
  /** The metrics. */
  readonly columns: readonly Pick<MetricColumn, "metric">[];
  /** What the metrics are told of the classes. */
  readonly of: MetricClasses;
}

/** @param onBatch called after each batch */
export async function validate(
  { runner, loss: measure, columns, of }: Validator,
  batches: AsyncIterable<ItemBatch>,
  onBatch: () => Promise<void>,
): Promise<Validation> {
  const c = of.classes.length;
  const sums = columns.map(() => 0);
  const all: MetricInput[] = [];
  let [items, loss, weight] = [0, 0, 0];
  try {
    for await (const batch of batches) {
      const { logits, losses } = await runner.evaluateBatch(batch);
      const n = batch.y.length;
      items += n;
      measure.weights(batch.y).forEach((own, i) => {
        weight += own;
        loss += own * (losses[i] ?? NaN);
      });
      columns.forEach(({ metric }, i) => {
        if (metric.whole !== true)
          sums[i] = (sums[i] ?? 0) + n * metricValue(metric, { logits, c, y: batch.y, ...of });
      });
      all.push({ logits, c, y: batch.y });
      await onBatch();
    }
  } finally {
    await runner.endEvaluation();
  }
  const set = joined(all, c);
  const metrics = columns.map(({ metric }, i) =>
    metric.whole === true ? metricValue(metric, { ...set, ...of }) : (sums[i] ?? NaN) / items,
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
