import type { OptionKinds } from "../core/checkOptions.js";
import type { DsType } from "../data/ImageDataBunch.js";
import type { Loss } from "./losses/Loss.js";
import type { ItemBatch } from "./DataBunch.js";
import type { MetricColumn } from "./metrics/metricColumns.js";
import { type MetricClasses, type MetricInput, metricValue } from "./metrics/metrics.js";
import type { BatchEvaluator } from "./session/BatchTrainer.js";
import type { EvaluatedBatch } from "./session/evaluate.js";

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

export const validateKinds: OptionKinds<ValidateOptions> = { dsType: "text" };

/** What a set is validated with. */
export interface Validator {
  readonly runner: BatchEvaluator;
  readonly loss: Loss;
  /** The metrics. */
  readonly columns: readonly Pick<MetricColumn, "metric">[];
  /** What the metrics are told of the classes. */
  readonly of: MetricClasses;
}

/** A batch that has been validated: what the net gave for it. */
export interface ValidatedBatch extends EvaluatedBatch {
  /** Class indices, `[n]`. */
  readonly y: Int32Array;
  /** See `TrainBatch`. */
  readonly targets?: Float32Array | undefined;
}

/**
 * @param done the batches that were validated before; those of `batches` follow them, and are added
 * @param onBatch called after each batch
 */
export async function validate(
  { runner, loss: measure, columns, of }: Validator,
  batches: AsyncIterable<ItemBatch>,
  onBatch: () => Promise<void>,
  done: ValidatedBatch[] = [],
): Promise<Validation> {
  const c = of.classes.length;
  try {
    for await (const batch of batches) {
      const { y, targets } = batch;
      done.push({ ...(await runner.evaluateBatch(batch)), y, targets });
      await onBatch();
    }
  } finally {
    await runner.endEvaluation();
  }
  const sums = columns.map(() => 0);
  const all: MetricInput[] = [];
  let [items, loss, weight] = [0, 0, 0];
  for (const { logits, losses, y, targets } of done) {
    items += y.length;
    measure.itemWeights({ y, targets }).forEach((own, i) => {
      weight += own;
      loss += own * (losses[i] ?? NaN);
    });
    const input = { logits, c, y, targets };
    columns.forEach(({ metric }, i) => {
      if (metric.whole !== true)
        sums[i] = (sums[i] ?? 0) + y.length * metricValue(metric, { ...input, ...of });
    });
    all.push(input);
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
  const targets = batches.some((batch) => batch.targets) ? new Float32Array(n * c) : undefined;
  let at = 0;
  for (const batch of batches) {
    logits.set(batch.logits, at * c);
    y.set(batch.y, at);
    if (batch.targets) targets?.set(batch.targets, at * c);
    at += batch.y.length;
  }
  return { logits, c, y, targets };
}
