import { UserError } from "../errors.js";
import { cohenKappa, kappaWeights, type KappaWeights, matthewsCorrcoef } from "./agreement.js";
import { argmax, type Metric, type MetricInput, named } from "./metrics.js";
import { inRange, oneOf } from "../inRange.js";

/** Which class a metric of two classes speaks of. */
export interface BinaryMetricOptions {
  /** Index of the class that the metric speaks of. @default 1, as fast.ai's `pos_label`: PNEUMONIA after NORMAL */
  readonly posLabel?: number;
}

/**
 * How the classes' values become one: that of `posLabel` alone; of all items counted together, which is the accuracy;
 * their mean; or their mean by the number of items of each class.
 */
export type Average = "binary" | "micro" | "macro" | "weighted";

/** Of which class, or over which classes. */
export interface AverageOptions extends BinaryMetricOptions {
  /** @default "binary" where there are two classes or `posLabel` is given, else "macro", as in fast.ai */
  readonly average?: Average;
}

/** Predictions of one class against the rest, over a whole validation set. */
interface Counts {
  readonly hits: number;
  readonly predicted: number;
  readonly actual: number;
}

/**
 * Of those predicted to be of the class, the share that is, in 0..1; NaN where none is predicted (fast.ai's
 * `Precision`).
 * @throws UserError for an unknown average; a learner refuses a class that its data do not have
 */
export function precision(options: AverageOptions = {}): Metric {
  return averaged("precision", options, ({ hits, predicted }) => hits / predicted);
}

/**
 * Of those of the class, the share that is predicted to be, in 0..1; NaN where there is none (fast.ai's `Recall`).
 * @throws UserError as `precision`
 */
export function recall(options: AverageOptions = {}): Metric {
  return averaged("recall", options, ({ hits, actual }) => hits / actual);
}

/**
 * (1 + beta^2) P R / (beta^2 P + R), the mean of precision P and recall R that weighs recall beta times as much; 0
 * where either is nothing (fast.ai's `FBeta`).
 * @throws UserError as `precision`, and for a beta that is not above 0
 */
export function fBeta({ beta = 2, ...options }: AverageOptions & { readonly beta?: number } = {}): Metric {
  const square = inRange("beta", beta, { above: 0 }) ** 2;
  return averaged("fBeta", options, ({ hits, predicted, actual }) =>
    hits === 0 ? 0 : ((1 + square) * hits) / (square * actual + predicted),
  );
}

/**
 * See `cohenKappa` (fast.ai's `KappaScore`, which fails without weights).
 * @throws UserError for unknown weights
 */
export function kappaScore({ weights = "none" }: { readonly weights?: KappaWeights } = {}): Metric {
  kappaWeights(weights);
  return whole("kappaScore", undefined, (input) => cohenKappa(confusion(input), weights));
}

/** See `matthewsCorrcoef` (fast.ai's `MatthewsCorreff`, which is NaN where this is 0). */
export function matthewsCorreff(): Metric {
  return whole("matthewsCorreff", undefined, (input) => matthewsCorrcoef(confusion(input)));
}

/**
 * The probability that an item of the class has a higher output for it than one that is not, ties counting half: the
 * area under the ROC curve (Hanley and McNeil, 1982). NaN where there is only one of the two, or an output
 * is no number.
 */
export function auroc(options: BinaryMetricOptions = {}): Metric {
  const { posLabel = 1 } = options;
  const requireClasses = (c: number): void => {
    requireLabel(posLabel, c);
  };
  return whole(columnOf("auroc", options), requireClasses, ({ logits, c, y }) => {
    requireClasses(c);
    const scored = Array.from(y, (label, i) => ({
      score: logOdds(logits, i * c, c, posLabel),
      positive: label === posLabel,
    })).sort((a, b) => a.score - b.score);
    // A net that has diverged: its scores have no order.
    if (scored.some(({ score }) => Number.isNaN(score))) return NaN;
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

function averaged(name: string, options: AverageOptions, of: (counts: Counts) => number): Metric {
  const { posLabel = 1, average } = options;
  if (average !== undefined) oneOf("average", average, averages);
  const averageOver = (c: number): Average =>
    average ?? (c === 2 || options.posLabel !== undefined ? "binary" : "macro");
  const requireClasses = (c: number): void => {
    if (averageOver(c) === "binary") requireLabel(posLabel, c);
  };
  return whole(columnOf(name, options), requireClasses, (input) => {
    requireClasses(input.c);
    const classes = countsOf(input);
    const n = input.y.length;
    switch (averageOver(input.c)) {
      case "binary":
        return of(classes[posLabel] ?? none);
      case "micro":
        return of({ hits: classes.reduce((sum, { hits }) => sum + hits, 0), predicted: n, actual: n });
      case "macro":
        return classes.reduce((sum, counts) => sum + of(counts) / input.c, 0);
      case "weighted":
        return classes.reduce(
          // A class that no item is of weighs nothing, whatever its value.
          (sum, counts) => (counts.actual === 0 ? sum : sum + (counts.actual / n) * of(counts)),
          0,
        );
    }
  });
}

const averages = ["binary", "micro", "macro", "weighted"] as const satisfies readonly Average[];
const none: Counts = { hits: 0, predicted: 0, actual: 0 };

/** Of each class. */
function countsOf(input: MetricInput): Counts[] {
  const matrix = confusion(input);
  return matrix.map((row, k) => ({
    hits: row[k] ?? 0,
    predicted: matrix.reduce((sum, other) => sum + (other[k] ?? 0), 0),
    actual: row.reduce((sum, count) => sum + count, 0),
  }));
}

/** Counts, rows actual, columns predicted: the highest output, the first of equals. */
function confusion({ logits, c, y }: MetricInput): number[][] {
  const matrix = Array.from({ length: c }, () => Array.from({ length: c }, () => 0));
  y.forEach((actual, i) => {
    const row = matrix[actual];
    const predicted = argmax(logits, i * c, c);
    if (row) row[predicted] = (row[predicted] ?? 0) + 1;
  });
  return matrix;
}

/** A metric of the whole set, not a mean over its batches, with the name of its column. */
const whole = (
  name: string,
  requireClasses: Metric["requireClasses"],
  metric: (input: MetricInput) => number,
): Metric => named(name, Object.assign(metric, { whole: true, requireClasses }));

/** What is asked for is in the column's name, so that two of a kind can be told apart. */
const columnOf = (name: string, { posLabel, average }: AverageOptions): string =>
  [name, average ?? [], posLabel ?? []].flat().join("_");

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
