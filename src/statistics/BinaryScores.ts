import { UserError } from "../core/errors.js";
import type { Predictions } from "./Predictions.js";
import { classIndex } from "./classIndex.js";
import { predictedClasses, requireLabels } from "./confusionMatrix.js";

/** Items with a score for being positive, and whether they are. */
export interface BinaryScores {
  /** Higher means more likely positive; a probability where calibration is asked. `[n]` */
  readonly scores: Float64Array;
  /** 1 for positive, 0 for negative. `[n]` */
  readonly positive: Uint8Array;
}

/**
 * One class against the rest.
 * @param positive the class's name
 * @throws UserError when there is no such class, or an item has no label
 */
export function binaryScores(
  { probs, y, classes }: Pick<Predictions, "probs" | "y" | "classes">,
  positive: string,
): BinaryScores {
  const k = classIndex(classes, positive);
  requireLabels(y);
  // Refuses what is not a number.
  predictedClasses({ probs, classes });
  const c = classes.length;
  return {
    scores: Float64Array.from(y, (_, i) => probs[i * c + k] ?? NaN),
    positive: Uint8Array.from(y, (label) => (label === k ? 1 : 0)),
  };
}

/** True and false positives and negatives. */
export interface Counts {
  /** Positive, and called so. */
  readonly tp: number;
  /** Negative, and called positive: false alarms. */
  readonly fp: number;
  /** Positive, and called negative: missed. */
  readonly fn: number;
  /** Negative, and called so. */
  readonly tn: number;
}

/**
 * A threshold as `chooseThreshold` may give one: with Infinity nothing is called positive.
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
 * Counts when a score from `threshold` on is called positive.
 * @param weights how often each item counts; default once
 */
export function countsAt(
  { scores, positive }: BinaryScores,
  threshold: number,
  weights?: ArrayLike<number>,
): Counts {
  let [tp, fp, fn, tn] = [0, 0, 0, 0];
  for (let i = 0; i < scores.length; i++) {
    const weight = weights?.[i] ?? 1;
    const called = (scores[i] ?? NaN) >= threshold;
    if (positive[i] === 1) {
      if (called) tp += weight;
      else fn += weight;
    } else if (called) fp += weight;
    else tn += weight;
  }
  return { tp, fp, fn, tn };
}

/** Items from the highest score to the lowest. */
export function descending({ scores }: BinaryScores): Int32Array {
  return Int32Array.from(scores, (_, i) => i).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
}

/** Positives and negatives with a score of at least `threshold`. */
export interface OperatingPoint {
  readonly threshold: number;
  readonly tp: number;
  readonly fp: number;
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
  for (let k = 0; k < order.length; k++) {
    const item = order[k] ?? 0;
    const weight = weights?.[item] ?? 1;
    if (positive[item] === 1) tp += weight;
    else fp += weight;
    const score = scores[item] ?? NaN;
    if (k + 1 === order.length || scores[order[k + 1] ?? 0] !== score)
      result.push({ threshold: score, tp, fp });
  }
  return result;
}
