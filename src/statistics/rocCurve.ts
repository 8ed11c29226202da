import { withWords } from "../core/withWords.js";
import { type BinaryScores, type OperatingPoint, operatingPoints, totalsOf } from "./BinaryScores.js";

/** The receiver operating characteristic: what each threshold gains and costs. */
export interface RocCurve {
  /** False positive rates, 1 - specificity: from 0 to 1. */
  readonly fpr: readonly number[];
  /** True positive rates, recall: from 0 to 1. */
  readonly tpr: readonly number[];
  /** An item with a score from here on is predicted positive; Infinity first, where nothing is. */
  readonly thresholds: readonly number[];
  /** The area under it: the probability that a positive has a higher score than a negative, ties counting half. */
  readonly auc: number;
}

/** The curve at every distinct score. Rates and area are NaN where one of the classes is absent. */
export function rocCurve(scored: BinaryScores): RocCurve {
  const points = operatingPoints(scored);
  const { positives, negatives } = totalsOf(points);
  const curve: RocCurve = {
    fpr: [0, ...points.map(({ fp }) => fp)].map((count) => count / negatives),
    tpr: [0, ...points.map(({ tp }) => tp)].map((count) => count / positives),
    thresholds: [Infinity, ...points.map(({ threshold }) => threshold)],
    auc: areaUnderRoc(points),
  };
  return withWords(
    curve,
    ({ auc, thresholds }) =>
      `ROC curve of ${thresholds.length} thresholds: the area under it is ${auc.toFixed(3)}.`,
  );
}

/** The area by trapezoids, which is Mann and Whitney's statistic (Hanley and McNeil, 1982). */
export function areaUnderRoc(points: readonly OperatingPoint[]): number {
  let [area, tpBefore, fpBefore] = [0, 0, 0];
  for (const { tp, fp } of points) {
    area += ((fp - fpBefore) * (tp + tpBefore)) / 2;
    [tpBefore, fpBefore] = [tp, fp];
  }
  return area / (tpBefore * fpBefore);
}

/** The area under the ROC curve; NaN where one of the classes is absent, or a score is not a number. */
export function auroc(scored: BinaryScores): number {
  // Scores that are no numbers have no order.
  return scored.scores.some(Number.isNaN) ? NaN : areaUnderRoc(operatingPoints(scored));
}

/** Precision against recall: the curve to look at where positives are rare. */
export interface PrecisionRecallCurve {
  /** From every item predicted positive to none; the last, where nothing is, is 1 by convention. */
  readonly precision: readonly number[];
  /** Falls from 1 to 0. */
  readonly recall: readonly number[];
  /** An item with a score from here on is predicted positive; one fewer than the points. */
  readonly thresholds: readonly number[];
  /** The sum of each precision times the recall gained there: scikit-learn's average precision. */
  readonly averagePrecision: number;
}

/** The curve at every distinct score; recall and area are NaN where there is no positive. */
export function precisionRecallCurve(scored: BinaryScores): PrecisionRecallCurve {
  const points = operatingPoints(scored);
  const { positives } = totalsOf(points);
  const rising = [...points].reverse();
  const curve: PrecisionRecallCurve = {
    precision: [...rising.map(({ tp, fp }) => tp / (tp + fp)), 1],
    recall: [...rising.map(({ tp }) => tp / positives), 0],
    thresholds: rising.map(({ threshold }) => threshold),
    averagePrecision: averagePrecision(points),
  };
  return withWords(
    curve,
    (it) =>
      `Precision-recall curve of ${it.thresholds.length} thresholds: average precision ${it.averagePrecision.toFixed(3)}.`,
  );
}

/** No interpolation, which would flatter (Davis and Goadrich, 2006). */
export function averagePrecision(points: readonly OperatingPoint[]): number {
  const { positives } = totalsOf(points);
  let [sum, before] = [0, 0];
  for (const { tp, fp } of points) {
    if (tp > before) sum += (tp / (tp + fp)) * (tp - before);
    before = tp;
  }
  return sum / positives;
}
