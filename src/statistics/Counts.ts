import { type Share, share } from "./Share.js";

/** True and false positives and negatives. */
export interface Counts {
  /** Positive, and predicted so. */
  readonly tp: number;
  /** Negative, and predicted positive: false alarms. */
  readonly fp: number;
  /** Positive, and predicted negative: missed. */
  readonly fn: number;
  /** Negative, and predicted so. */
  readonly tn: number;
}

/** The share of the items that are positive. */
export const prevalenceOf = ({ tp, fp, fn, tn }: Counts): Share => share(tp + fn, tp + fp + fn + tn);

/**
 * The share of the items predicted positive that are, also called positive predictive value: TP / (TP + FP); NaN when
 * none is predicted so.
 */
export const precisionOf = ({ tp, fp }: Counts): Share => share(tp, tp + fp);

/** The share of the positives that are found, also called sensitivity: TP / (TP + FN); NaN when there are none. */
export const recallOf = ({ tp, fn }: Counts): Share => share(tp, tp + fn);

/** The share of the negatives that are predicted so: TN / (TN + FP); NaN when there are none. */
export const specificityOf = ({ tn, fp }: Counts): Share => share(tn, tn + fp);

/** The share of the items predicted negative that are: TN / (TN + FN); NaN when none is predicted so. */
export const negativePredictiveValueOf = ({ tn, fn }: Counts): Share => share(tn, tn + fn);

/**
 * The weighted harmonic mean of precision and recall (van Rijsbergen, 1979); beta over 1 favours recall. As in
 * fast.ai it is 0, not NaN, where no item is predicted positive or none is.
 */
export function fBetaOf({ tp, fp, fn }: Counts, beta: number): number {
  const hits = (1 + beta ** 2) * tp;
  return tp === 0 ? 0 : hits / (hits + beta ** 2 * fn + fp);
}

/** The same counts as a confusion matrix: rows actual, columns predicted, the negative class first. */
export const matrixOf = ({ tp, fp, fn, tn }: Counts): readonly (readonly number[])[] => [
  [tn, fp],
  [fn, tp],
];
