import { UserError } from "../core/errors.js";
import { argmax } from "./argmax.js";
import type { Predictions } from "./Predictions.js";

type ClassPredictions = Pick<Predictions, "probs" | "y" | "classes">;

/** Counts, rows actual, columns predicted, in the order of the classes. */
export type ConfusionMatrix = readonly (readonly number[])[];

/** A measure that is a share: `hits` of `of` items. */
export interface Share {
  /** The numerator; NaN for a mean over classes, which has no counts. */
  readonly hits: number;
  /** The denominator; NaN for a mean over classes. */
  readonly of: number;
  /** hits / of, or the mean; NaN when there is nothing to be a share of. */
  readonly value: number;
}

/** `hits` of `of`. */
export const share = (hits: number, of: number): Share => ({ hits, of, value: of === 0 ? NaN : hits / of });

/** The mean of every class's share. */
export function meanShare(
  matrix: ConfusionMatrix,
  of: (matrix: ConfusionMatrix, label: number) => Share,
): Share {
  return { hits: NaN, of: NaN, value: sum(matrix.map((_, i) => of(matrix, i).value)) / matrix.length };
}

/** Three decimals; a dash where there is nothing to be a share of. */
export function formatShare(value: number): string {
  return Number.isNaN(value) ? "–" : value.toFixed(3);
}

/**
 * The class with the highest probability, the first of equals, for each item: as `errorRate` decides during training.
 * @throws UserError when a probability is not a number: the training has diverged
 */
export function predictedClasses({ probs, classes }: Pick<Predictions, "probs" | "classes">): number[] {
  const c = classes.length;
  return Array.from({ length: probs.length / c }, (_, i) => {
    if (probs.subarray(i * c, (i + 1) * c).some(Number.isNaN)) {
      throw new UserError(
        `The net's prediction for item ${i} is not a number: the training has diverged.`,
        "Load the last good checkpoint with learn.load(...), and train at a lower learning rate.",
      );
    }
    return argmax(probs, i * c, c);
  });
}

/** @throws UserError when an item has no class, as those of a test set without labels */
export function requireLabels(y: Int32Array): void {
  if (!y.some((label) => label < 0)) return;
  throw new UserError("These predictions have no labels to compare with.", "Predict a set that has labels.");
}

/**
 * Counts of actual classes against predicted ones.
 * @throws UserError when an item has no class
 */
export function confusionMatrix({ probs, y, classes }: ClassPredictions): ConfusionMatrix {
  const c = classes.length;
  if (probs.length !== y.length * c) {
    throw new RangeError(`${probs.length} probabilities do not fit ${y.length} items of ${c} classes`);
  }
  requireLabels(y);
  const matrix = classes.map(() => classes.map(() => 0));
  predictedClasses({ probs, classes }).forEach((predicted, i) => {
    const actual = y[i] ?? -1;
    const row = matrix[actual];
    if (!row) throw new RangeError(`item ${i} is of class ${actual}, of ${c} classes`);
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

/** The share of items predicted to be of the class that are: TP / (TP + FP); NaN when none is predicted. */
export function precisionOf(matrix: ConfusionMatrix, positive: number): Share {
  return share(at(matrix, positive, positive), column(matrix, positive));
}

/** The share of the class's items that are found (sensitivity): TP / (TP + FN). */
export function recallOf(matrix: ConfusionMatrix, positive: number): Share {
  return share(at(matrix, positive, positive), row(matrix, positive));
}

/** The share of other classes' items that are not predicted to be of this one: TN / (TN + FP). */
export function specificityOf(matrix: ConfusionMatrix, positive: number): Share {
  const others = total(matrix) - row(matrix, positive);
  const falseAlarms = column(matrix, positive) - at(matrix, positive, positive);
  return share(others - falseAlarms, others);
}

/**
 * The mean of every class's recall: what accuracy would be if all classes were equally frequent. NaN when a class
 * has no items.
 */
export function balancedAccuracyOf(matrix: ConfusionMatrix): number {
  return meanShare(matrix, recallOf).value;
}

/**
 * The weighted harmonic mean of precision and recall (van Rijsbergen, 1979); beta over 1 favours recall. As in
 * fast.ai it is 0, not NaN, when nothing was predicted to be of the class or nothing is.
 */
export function fBetaOf(matrix: ConfusionMatrix, positive: number, beta: number): number {
  const precision = precisionOf(matrix, positive).value;
  const recall = recallOf(matrix, positive).value;
  const fBeta = ((1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall);
  return Number.isNaN(fBeta) ? 0 : fBeta;
}
