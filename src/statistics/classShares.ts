import { type BinaryScores, scoreThreshold } from "./BinaryScores.js";
import { type ClusteredShare, clusteredShare, type ShareItems } from "./clusteredShare.js";
import type { Groups } from "./Groups.js";
import { predictedClasses } from "./predictedClasses.js";
import type { Predictions } from "./Predictions.js";

/** Which items are of a class, and which are predicted to be. */
export interface ClassItems {
  /** 1 where the item is of the class, `[n]`. */
  readonly actual: Uint8Array;
  /** 1 where it is predicted to be, `[n]`. */
  readonly predicted: Uint8Array;
  /** Whom each item belongs to; undefined: items are taken as independent. */
  readonly groups?: Groups;
}

/** The measures of one class that are shares of items, each with its counts and its 95% interval by group. */
export interface ClassShares {
  /** The share of the items of the class that are predicted so. */
  readonly recall: ClusteredShare;
  /** The share of the other items that are not. */
  readonly specificity: ClusteredShare;
  /** The share of the items predicted so that are of the class. */
  readonly precision: ClusteredShare;
  /** The share of the others that are not. */
  readonly negativePredictiveValue: ClusteredShare;
  /** The share of all items whose prediction is right. */
  readonly accuracy: ClusteredShare;
  /** The share of those whose prediction is wrong. */
  readonly errorRate: ClusteredShare;
}

/**
 * The items of a class, which are predicted to be of it where it is the most probable one.
 * @param label the class's index
 */
export function itemsOfClass(
  preds: Pick<Predictions, "probs" | "y" | "classes" | "patients">,
  label: number,
): ClassItems {
  const is = (labels: Iterable<number>) => Uint8Array.from(labels, (each) => Number(each === label));
  return { actual: is(preds.y), predicted: is(predictedClasses(preds)), groups: preds.patients };
}

/** The positive items, and those whose score is `threshold` or more. */
export function itemsAt({ scores, positive, groups }: BinaryScores, threshold: number): ClassItems {
  return { actual: positive, predicted: calledFrom(scores, scoreThreshold(threshold)), groups };
}

/** 1 where the score is `threshold` or more, `[n]`. */
export const calledFrom = (scores: Float64Array, threshold: number): Uint8Array =>
  Uint8Array.from(scores, (score) => Number(score >= threshold));

/** Which items each of the shares is about, and which of them are hits. */
export function classShareItems({
  actual,
  predicted,
  groups,
}: ClassItems): Readonly<Record<keyof ClassShares, ShareItems>> {
  const not = (items: Uint8Array) => items.map((each) => 1 - each);
  const right = actual.map((each, i) => Number(each === predicted[i]));
  return {
    recall: { hits: predicted, among: actual, groups },
    specificity: { hits: not(predicted), among: not(actual), groups },
    precision: { hits: actual, among: predicted, groups },
    negativePredictiveValue: { hits: not(actual), among: not(predicted), groups },
    accuracy: { hits: right, groups },
    errorRate: { hits: not(right), groups },
  };
}

/** See {@link ClassShares}. */
export function classShares(items: ClassItems): ClassShares {
  const about = classShareItems(items);
  return {
    recall: clusteredShare(about.recall),
    specificity: clusteredShare(about.specificity),
    precision: clusteredShare(about.precision),
    negativePredictiveValue: clusteredShare(about.negativePredictiveValue),
    accuracy: clusteredShare(about.accuracy),
    errorRate: clusteredShare(about.errorRate),
  };
}

/** The shares of all items whose class is, and is not, the predicted one. */
export function overallShares(
  preds: Pick<Predictions, "probs" | "y" | "classes" | "patients">,
): Pick<ClassShares, "accuracy" | "errorRate"> {
  const predicted = predictedClasses(preds);
  const right = Uint8Array.from(preds.y, (label, i) => Number(label === predicted[i]));
  const groups = preds.patients;
  return {
    accuracy: clusteredShare({ hits: right, groups }),
    errorRate: clusteredShare({ hits: right.map((each) => 1 - each), groups }),
  };
}
