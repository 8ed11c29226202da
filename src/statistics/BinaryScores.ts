import { predictions } from "./argumentKinds.js";
import { aText, checkArguments } from "../core/checkArguments.js";
import { withFields } from "../core/resultTables.js";
import { UserError } from "../core/errors.js";
import { valueAt } from "../core/valueAt.js";
import type { Predictions } from "./Predictions.js";
import { classIndex } from "./classIndex.js";
import type { Groups } from "./Groups.js";
import type { Counts } from "./Counts.js";
import { predictedClasses, requireLabels } from "./predictedClasses.js";

/** Items with a score for being positive, and whether they are. */
export interface BinaryScores {
  /** Higher means more likely positive; a probability where calibration is asked. `[n]` */
  readonly scores: Float64Array;
  /** 1 for positive, 0 for negative. `[n]` */
  readonly positive: Uint8Array;
  /** Whom each item belongs to, such as its patient, `[n]`; undefined: items are taken as independent. */
  readonly groups?: Groups;
}

/**
 * One class against the rest.
 * @param positive the class's name
 * @throws UserError when there is no such class, or an item has no label
 */
export function binaryScores(
  preds: Pick<Predictions, "probs" | "y" | "classes" | "patients">,
  positive: string,
): BinaryScores {
  checkArguments(`binaryScores(preds, "PNEUMONIA")`, {
    preds: [preds, predictions],
    positive: [positive, aText],
  });
  const { probs, y, classes, patients } = preds;
  const k = classIndex(classes, positive);
  requireLabels(y);
  // Refuses what is not a number.
  predictedClasses({ probs, classes });
  const c = classes.length;
  const scored: BinaryScores = {
    scores: Float64Array.from(y, (_, i) => valueAt(probs, i * c + k)),
    positive: Uint8Array.from(y, (label) => (label === k ? 1 : 0)),
    ...(patients && { groups: patients }),
  };
  return withFields(`Scores of ${y.length} items for ${positive}`, scored);
}

/**
 * A threshold as `chooseThreshold` may give one: with Infinity nothing is predicted positive.
 * @throws UserError when it is no number from 0 on
 */
export function scoreThreshold(threshold: number): number {
  if (threshold >= 0) return threshold;
  throw new UserError(
    `threshold is ${threshold}.`,
    "Give a number from 0, or Infinity to call nothing positive.",
  );
}

/**
 * Counts when a score from `threshold` on is predicted positive.
 * @param weights how often each item counts; default once
 */
export function countsAt(
  { scores, positive }: BinaryScores,
  threshold: number,
  weights?: ArrayLike<number>,
): Counts {
  let [tp, fp, fn, tn] = [0, 0, 0, 0];
  for (const [i, score] of scores.entries()) {
    const weight = weights ? valueAt(weights, i) : 1;
    const predicted = score >= threshold;
    if (positive[i] === 1) {
      if (predicted) tp += weight;
      else fn += weight;
    } else if (predicted) fp += weight;
    else tn += weight;
  }
  return { tp, fp, fn, tn };
}

/** Items from the highest score to the lowest. */
export function descending({ scores }: BinaryScores): Int32Array {
  return Int32Array.from(scores, (_, i) => i).sort((a, b) => valueAt(scores, b) - valueAt(scores, a));
}

/** Positives and negatives with a score of at least `threshold`. */
export interface OperatingPoint {
  readonly threshold: number;
  readonly tp: number;
  readonly fp: number;
}

/** How many items of both kinds the points come from. */
export function totalsOf(points: readonly OperatingPoint[]): {
  readonly positives: number;
  readonly negatives: number;
} {
  const { tp = 0, fp = 0 } = points.at(-1) ?? {};
  return { positives: tp, negatives: fp };
}

/**
 * Cumulative counts at each distinct score, from the highest on; equal scores are one step.
 * @param order what `descending` gives, where it is known
 */
export function operatingPoints(
  scored: BinaryScores,
  {
    weights,
    order = descending(scored),
  }: { readonly weights?: ArrayLike<number>; readonly order?: Int32Array } = {},
): OperatingPoint[] {
  const { scores, positive } = scored;
  const result: OperatingPoint[] = [];
  let [tp, fp] = [0, 0];
  for (const [k, item] of order.entries()) {
    const weight = weights ? valueAt(weights, item) : 1;
    if (positive[item] === 1) tp += weight;
    else fp += weight;
    const threshold = valueAt(scores, item);
    const isLast = k + 1 === order.length;
    if (isLast || scores[valueAt(order, k + 1)] !== threshold) result.push({ threshold, tp, fp });
  }
  return result;
}
