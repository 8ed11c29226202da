import {
  type ConfusionMatrix,
  type Share,
  errorRateOf,
  accuracyOf,
  precisionOf,
  recallOf,
  specificityOf,
  balancedAccuracyOf,
  meanShare,
} from "../statistics/confusionMatrix.js";
import { wilsonInterval } from "../statistics/wilsonInterval.js";
import { classIndex } from "../statistics/classIndex.js";

/** The numbers of `metrics()`, as they go into `metrics.json`; a share of nothing is NaN here and null there. */
export interface ClassificationMetrics {
  /** 1 - accuracy. */
  readonly errorRate: number;
  /** The share of images that got their class. */
  readonly accuracy: number;
  /** TP / (TP + FP). */
  readonly precision: number;
  /** TP / (TP + FN). */
  readonly recall: number;
  /** TN / (TN + FP). */
  readonly specificity: number;
  /** The mean of every class's recall. */
  readonly balancedAccuracy: number;
  /** Rows actual, columns predicted. */
  readonly confusionMatrix: ConfusionMatrix;
  /** The class that precision, recall and specificity speak of; null: they are means over more than two classes. */
  readonly positiveClass: string | null;
  /** 95% intervals of the shares above, after Wilson. */
  readonly intervals: Readonly<Record<string, readonly [low: number, high: number]>>;
}

/**
 * Every number that a confusion matrix determines.
 * @param classes in the order of the matrix's rows and columns
 * @param positive what precision, recall and specificity speak of; undefined: they are means over the classes
 * @throws UserError when there is no such class
 */
export function matrixMetrics(
  matrix: ConfusionMatrix,
  classes: readonly string[],
  positive: string | undefined,
): ClassificationMetrics {
  const of = (measure: (matrix: ConfusionMatrix, label: number) => Share) =>
    classShare(matrix, classes, measure, positive);
  const shares = {
    errorRate: errorRateOf(matrix),
    accuracy: accuracyOf(matrix),
    precision: of(precisionOf),
    recall: of(recallOf),
    specificity: of(specificityOf),
  };
  return {
    errorRate: shares.errorRate.value,
    accuracy: shares.accuracy.value,
    precision: shares.precision.value,
    recall: shares.recall.value,
    specificity: shares.specificity.value,
    balancedAccuracy: balancedAccuracyOf(matrix),
    confusionMatrix: matrix,
    positiveClass: positive ?? null,
    intervals: Object.fromEntries(
      Object.entries(shares).map(([name, { hits, of }]) => [name, wilsonInterval(hits, of)]),
    ),
  };
}

/** A class's share, or where none is given the mean over the classes. */
export function classShare(
  matrix: ConfusionMatrix,
  classes: readonly string[],
  of: (matrix: ConfusionMatrix, label: number) => Share,
  positive: string | undefined,
): Share {
  return positive === undefined ? meanShare(matrix, of) : of(matrix, classIndex(classes, positive));
}
