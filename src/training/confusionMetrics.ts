import { UserError } from "../errors.js";
import { argmax, type Metric, type MetricInput } from "./metrics.js";
import { inRange } from "../inRange.js";

/** Which class a metric of two classes speaks of. */
export interface BinaryMetricOptions {
  /** Index of the class that the metric speaks of. @default 1, as fast.ai's `pos_label`: PNEUMONIA after NORMAL */
  readonly posLabel?: number;
}

/** Predictions of one class against the rest, over a whole validation set. */
interface Counts {
  readonly hits: number;
  readonly predicted: number;
  readonly actual: number;
}

/** Of those predicted to be of the class, the share that is; NaN where none is predicted (fast.ai's `Precision`). */
export function precision(options: BinaryMetricOptions = {}): Metric {
  return overall("precision", options, ({ hits, predicted }) => hits / predicted);
}

/** Of those of the class, the share that is predicted to be; NaN where there is none (fast.ai's `Recall`). */
export function recall(options: BinaryMetricOptions = {}): Metric {
  return overall("recall", options, ({ hits, actual }) => hits / actual);
}

/**
 * (1 + beta^2) P R / (beta^2 P + R), the mean of precision P and recall R that weighs recall beta times as much; 0
 * where either is nothing (fast.ai's `FBeta`).
 */
export function fBeta({
  beta = 2,
  ...options
}: BinaryMetricOptions & { readonly beta?: number } = {}): Metric {
  const square = inRange("beta", beta, { above: 0 }) ** 2;
  return overall("fBeta", options, ({ hits, predicted, actual }) =>
    hits === 0 ? 0 : ((1 + square) * hits) / (square * actual + predicted),
  );
}

/**
 * The probability that an item of the class has a higher output for it than one that is not, ties counting half: the
 * area under the ROC curve (Hanley and McNeil, 1982). NaN where there is only one of the two.
 */
export function auroc({ posLabel = 1 }: BinaryMetricOptions = {}): Metric {
  return whole("auroc", ({ logits, c, y }) => {
    requireLabel(posLabel, c);
    const scored = Array.from(y, (label, i) => ({
      score: logOdds(logits, i * c, c, posLabel),
      positive: label === posLabel,
    })).sort((a, b) => a.score - b.score);
    let [below, pairs] = [0, 0];
    for (let from = 0; from < scored.length;) {
      let to = from;
      while (to < scored.length && scored[to]?.score === scored[from]?.score) to++;
      const tied = scored.slice(from, to);
      const positives = tied.filter(({ positive }) => positive).length;
      const negatives = tied.length - positives;
      pairs += positives * (below + negatives / 2);
      below += negatives;
      from = to;
    }
    return pairs / (below * (scored.length - below));
  });
}

function overall(
  name: string,
  { posLabel = 1 }: BinaryMetricOptions,
  of: (counts: Counts) => number,
): Metric {
  return whole(name, ({ logits, c, y }) => {
    requireLabel(posLabel, c);
    let [hits, predicted, actual] = [0, 0, 0];
    y.forEach((label, i) => {
      const isPredicted = argmax(logits, i * c, c) === posLabel;
      if (isPredicted) predicted++;
      if (label === posLabel) actual++;
      if (isPredicted && label === posLabel) hits++;
    });
    return of({ hits, predicted, actual });
  });
}

/** A metric of the whole set, not a mean over its batches, with the name of its column. */
function whole(name: string, metric: (input: MetricInput) => number): Metric {
  return Object.defineProperty(Object.assign(metric, { whole: true }), "name", { value: name });
}

/** Rises with the softmax's probability of the class, and does not round to 1 as that does. */
function logOdds(logits: Float32Array, start: number, c: number, label: number): number {
  const others = Array.from(logits.subarray(start, start + c)).filter((_, i) => i !== label);
  const highest = Math.max(...others);
  const sum = others.reduce((total, value) => total + Math.exp(value - highest), 0);
  return (logits[start + label] ?? NaN) - highest - Math.log(sum);
}

function requireLabel(posLabel: number, c: number): void {
  if (Number.isInteger(posLabel) && posLabel >= 0 && posLabel < c) return;
  throw new UserError(
    `posLabel is ${posLabel}; there are ${c} classes.`,
    `Give an index from 0 to ${c - 1}.`,
  );
}
