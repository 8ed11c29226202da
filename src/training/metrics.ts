import { UserError } from "../errors.js";
import { integer } from "../inRange.js";

/** What a metric sees of a batch: raw outputs `[n, c]` row by row, and class indices `[n]`. */
export interface MetricInput {
  /** The net's outputs before the softmax, `[n, c]` row by row. */
  readonly logits: Float32Array;
  /** The number of classes. */
  readonly c: number;
  /** Actual class indices, `[n]`. */
  readonly y: Int32Array;
}

/** A number of a batch, or of a whole set; its name is the column's, in snake case. */
export interface Metric {
  (input: MetricInput): number;
  /** False: a mean over a batch's items, and a set's is that over its batches. True: it wants the whole set. */
  readonly whole?: boolean;
  /** Asked when a learner is made. @throws UserError when the metric does not suit `c` classes */
  readonly requireClasses?: (c: number) => void;
}

/** The share of items whose highest output is not their class, in 0..1. */
export function errorRate(input: MetricInput): number {
  return 1 - accuracy(input);
}

/** The share of items whose highest output is their class, in 0..1. */
export function accuracy({ logits, c, y }: MetricInput): number {
  let right = 0;
  y.forEach((actual, i) => {
    if (argmax(logits, i * c, c) === actual) right++;
  });
  return right / y.length;
}

/**
 * The share of items whose class is among the `k` highest outputs, in 0..1; of equal ones the first come first
 * (fast.ai's `top_k_accuracy`).
 * @param k a whole number from 1; default 5
 * @throws UserError for another k, and when there are fewer classes
 */
export function topKAccuracy({ k = 5 }: { readonly k?: number } = {}): Metric {
  integer("k", k, 1);
  const requireClasses = (c: number): void => {
    if (k > c) throw new UserError(`k is ${k}; there are ${c} classes.`, `Give a number from 1 to ${c}.`);
  };
  const share: Metric = ({ logits, c, y }) => {
    requireClasses(c);
    let right = 0;
    y.forEach((actual, i) => {
      const outputs = logits.subarray(i * c, (i + 1) * c);
      const own = outputs[actual] ?? NaN;
      // "Not below" rather than "above": a net that gives NaN has nothing right.
      const before = outputs.filter((output, j) => !(output < own) && !(output === own && j >= actual));
      if (before.length < k) right++;
    });
    return right / y.length;
  };
  return named("topKAccuracy", Object.assign(share, { requireClasses }));
}

/** The index of the largest of `length` values from `start` on; the first one of equals. */
export function argmax(values: Float32Array, start: number, length: number): number {
  let best = 0;
  for (let i = 1; i < length; i++) {
    if ((values[start + i] ?? -Infinity) > (values[start + best] ?? -Infinity)) best = i;
  }
  return best;
}

/** The metric with a name for its column. */
export const named = (name: string, metric: Metric): Metric =>
  Object.defineProperty(metric, "name", { value: name });

/** fast.ai's column name of a metric: `errorRate` -> `error_rate` */
export function metricName(metric: Metric): string {
  return metric.name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
