import type { Predictions } from "../training/Predictions.js";

/** Counts, rows actual, columns predicted, in the order of the classes. */
export type ConfusionMatrix = readonly (readonly number[])[];

/** A measure that is a share: `hits` of `of` items. */
export interface Share {
  readonly hits: number;
  readonly of: number;
  /** hits / of; NaN when there is nothing to be a share of. */
  readonly value: number;
}

const share = (hits: number, of: number): Share => ({ hits, of, value: of === 0 ? NaN : hits / of });

/** The class with the highest probability, the first of equals, for each item. */
export function predictedClasses({ probs, classes }: Pick<Predictions, "probs" | "classes">): number[] {
  const c = classes.length;
  return Array.from({ length: probs.length / c }, (_, i) => {
    const row = probs.subarray(i * c, (i + 1) * c);
    return row.indexOf(Math.max(...row));
  });
}

/** Counts of actual classes against predicted ones. */
export function confusionMatrix(preds: Pick<Predictions, "probs" | "y" | "classes">): ConfusionMatrix {
  const matrix = preds.classes.map(() => preds.classes.map(() => 0));
  predictedClasses(preds).forEach((predicted, i) => {
    const row = matrix[preds.y[i] ?? -1];
    if (!row)
      throw new RangeError(`item ${i} is of class ${preds.y[i] ?? "none"}, of ${matrix.length} classes`);
    row[predicted] = (row[predicted] ?? 0) + 1;
  });
  return matrix;
}

const at = (matrix: ConfusionMatrix, actual: number, predicted: number): number =>
  matrix[actual]?.[predicted] ?? 0;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const total = (matrix: ConfusionMatrix): number => sum(matrix.map(sum));
const column = (matrix: ConfusionMatrix, predicted: number): number =>
  sum(matrix.map((_, actual) => at(matrix, actual, predicted)));
const row = (matrix: ConfusionMatrix, actual: number): number => sum(matrix[actual] ?? []);

/** Items whose predicted class is their own. */
export function accuracyOf(matrix: ConfusionMatrix): Share {
  return share(sum(matrix.map((_, i) => at(matrix, i, i))), total(matrix));
}

/** Items whose predicted class is another. */
export function errorRateOf(matrix: ConfusionMatrix): Share {
  const { hits, of } = accuracyOf(matrix);
  return share(of - hits, of);
}

/** Of the items predicted to be of the class, those that are: TP / (TP + FP). */
export function precisionOf(matrix: ConfusionMatrix, positive: number): Share {
  return share(at(matrix, positive, positive), column(matrix, positive));
}

/** Of the items of the class, those found: sensitivity, TP / (TP + FN). */
export function recallOf(matrix: ConfusionMatrix, positive: number): Share {
  return share(at(matrix, positive, positive), row(matrix, positive));
}

/** Of the items of other classes, those not predicted to be of this one: TN / (TN + FP). */
export function specificityOf(matrix: ConfusionMatrix, positive: number): Share {
  const others = total(matrix) - row(matrix, positive);
  const falseAlarms = column(matrix, positive) - at(matrix, positive, positive);
  return share(others - falseAlarms, others);
}

/** The mean of every class's recall: what accuracy would be if all classes were equally frequent. */
export function balancedAccuracyOf(matrix: ConfusionMatrix): number {
  return sum(matrix.map((_, i) => recallOf(matrix, i).value)) / matrix.length;
}

/** The weighted harmonic mean of precision and recall (van Rijsbergen, 1979); beta over 1 favours recall. */
export function fBetaOf(matrix: ConfusionMatrix, positive: number, beta: number): number {
  const [p, r] = [precisionOf(matrix, positive).value, recallOf(matrix, positive).value];
  return ((1 + beta ** 2) * p * r) / (beta ** 2 * p + r);
}
