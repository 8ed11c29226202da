import { averageOf, balancedAccuracyOf } from "../statistics/averageOf.js";
import { classIndex } from "../statistics/classIndex.js";
import { accuracyOf, classCounts, type ConfusionMatrix, errorRateOf } from "../statistics/confusionMatrix.js";
import { type Counts, precisionOf, recallOf, specificityOf } from "../statistics/Counts.js";
import type { Share } from "../statistics/Share.js";
import { wilsonInterval } from "../statistics/wilsonInterval.js";
import { valueAt } from "../core/valueAt.js";

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
  /** Whose images they are: how many patients; null where it is not known, and images are taken as independent. */
  readonly patients: number | null;
  /**
   * By how much the variance of each share above is larger than that of as many independent images, from 1 on; NaN where
   * it cannot be known, or the measure is no share of images.
   */
  readonly designEffects: Readonly<Record<ShareName, number>>;
  /** 95% intervals of the shares above: Wilson's of so many images as there are, divided by the design effect. */
  readonly intervals: Readonly<Record<string, readonly [low: number, high: number]>>;
}

/** A measure that is a share of images. */
export type ShareName = "errorRate" | "accuracy" | "precision" | "recall" | "specificity";

/** All of them. */
export const shareNames: readonly ShareName[] = [
  "errorRate",
  "accuracy",
  "precision",
  "recall",
  "specificity",
];

/** How images go together in patients, as far as a confusion matrix does not tell. */
export type Clustering = Pick<ClassificationMetrics, "patients" | "designEffects">;

/** Where it is not known whose images they are. */
export const independentImages: Clustering = {
  patients: null,
  designEffects: { errorRate: 1, accuracy: 1, precision: 1, recall: 1, specificity: 1 },
};

/**
 * Every number that a confusion matrix and the design effects determine.
 * @param classes in the order of the matrix's rows and columns
 * @param positive what precision, recall and specificity speak of; undefined: they are means over the classes
 * @throws UserError when there is no such class
 */
export function matrixMetrics(
  matrix: ConfusionMatrix,
  classes: readonly string[],
  positive: string | undefined,
  { patients, designEffects }: Clustering = independentImages,
): ClassificationMetrics {
  const counts = classCounts(matrix);
  const label = positive === undefined ? undefined : classIndex(classes, positive);
  const shares = {
    errorRate: errorRateOf(matrix),
    accuracy: accuracyOf(matrix),
    precision: classShare(counts, precisionOf, label),
    recall: classShare(counts, recallOf, label),
    specificity: classShare(counts, specificityOf, label),
  };
  return {
    errorRate: shares.errorRate.value,
    accuracy: shares.accuracy.value,
    precision: shares.precision.value,
    recall: shares.recall.value,
    specificity: shares.specificity.value,
    balancedAccuracy: balancedAccuracyOf(counts),
    confusionMatrix: matrix,
    positiveClass: positive ?? null,
    patients,
    designEffects,
    intervals: Object.fromEntries(
      shareNames.map((name) => {
        const { hits, of } = shares[name];
        return [name, wilsonInterval(hits / designEffects[name], of / designEffects[name])];
      }),
    ),
  };
}

/**
 * A class's share, or where none is given the mean over the classes.
 * @param label the class's index
 */
export function classShare(
  classes: readonly Counts[],
  measure: (counts: Counts) => Share,
  label: number | undefined,
): Share {
  if (label !== undefined) return measure(valueAt(classes, label));
  return { hits: NaN, of: NaN, value: averageOf(classes, "macro", (counts) => measure(counts).value) };
}
