import { valueAt } from "../core/valueAt.js";
import type { Counts } from "./Counts.js";
import { predictedClasses, requireLabels } from "./predictedClasses.js";
import type { Predictions } from "./Predictions.js";
import { share, type Share } from "./Share.js";
import { sum } from "./sum.js";

/** Counts, rows actual, columns predicted, in the order of the classes. */
export type ConfusionMatrix = readonly (readonly number[])[];

/**
 * Counts of actual classes against predicted ones.
 * @throws UserError when an item has no class, or a probability is not a number
 */
export function confusionMatrix({
  probs,
  y,
  classes,
}: Pick<Predictions, "probs" | "y" | "classes">): ConfusionMatrix {
  const c = classes.length;
  if (probs.length !== y.length * c) {
    throw new RangeError(`${probs.length} probabilities do not fit ${y.length} items of ${c} classes`);
  }
  requireLabels(y);
  return countConfusions(predictedClasses({ probs, classes }), y, c);
}

/**
 * The same of predicted classes.
 * @param weights how often each item counts; default once
 * @throws RangeError when an item's class is not one of the `c`
 */
export function countConfusions(
  predicted: readonly number[],
  y: Int32Array,
  c: number,
  weights?: ArrayLike<number>,
): ConfusionMatrix {
  const matrix = Array.from({ length: c }, () => new Array<number>(c).fill(0));
  for (const [i, label] of predicted.entries()) {
    const actual = valueAt(y, i);
    const row = matrix[actual];
    if (!row) throw new RangeError(`item ${i} is of class ${actual}, of ${c} classes`);
    row[label] = valueAt(row, label) + (weights ? valueAt(weights, i) : 1);
  }
  return matrix;
}

/** Each class against the rest. */
export function classCounts(matrix: ConfusionMatrix): Counts[] {
  const actual = matrix.map(sum);
  const predicted = columnSums(matrix);
  const total = sum(actual);
  return matrix.map((row, k) => {
    const tp = valueAt(row, k);
    const [fp, fn] = [valueAt(predicted, k) - tp, valueAt(actual, k) - tp];
    return { tp, fp, fn, tn: total - tp - fp - fn };
  });
}

/** How many items are predicted to be of each class. */
export const columnSums = (matrix: ConfusionMatrix): number[] =>
  matrix.map((_, k) => sum(matrix.map((row) => valueAt(row, k))));

/** Each cell's share of its row; NaN in the row of a class without items. */
export const rowShares = (matrix: ConfusionMatrix): number[][] =>
  matrix.map((row) => {
    const total = sum(row);
    return row.map((count) => share(count, total).value);
  });

/** Items whose predicted class is their own. */
export function accuracyOf(matrix: ConfusionMatrix): Share {
  return share(sum(matrix.map((row, k) => valueAt(row, k))), sum(matrix.map(sum)));
}

/** Items whose predicted class is another. */
export function errorRateOf(matrix: ConfusionMatrix): Share {
  const { hits, of } = accuracyOf(matrix);
  return share(of - hits, of);
}
