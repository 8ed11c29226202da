import { UserError } from "../core/errors.js";
import { valueAt } from "../core/valueAt.js";
import type { BinaryScores } from "./BinaryScores.js";
import { twoSidedP, z95 } from "./normalDistribution.js";
import { auroc } from "./rocCurve.js";
import { sum } from "./sum.js";

/** An area under the ROC curve, and how sure it is. */
export interface AucInterval {
  /** In 0..1. */
  readonly auc: number;
  /** DeLong's. */
  readonly standardError: number;
  /** 95%, normal, within 0..1. */
  readonly interval: readonly [low: number, high: number];
}

/** Two areas on the same items, and whether they differ. */
export interface AucComparison {
  /** In 0..1. */
  readonly aucs: readonly [first: number, second: number];
  /** The first less the second. */
  readonly difference: number;
  /** Standard error of the difference. */
  readonly standardError: number;
  /** 95%, normal. */
  readonly interval: readonly [low: number, high: number];
  /** The difference in standard errors. */
  readonly z: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * The area under the ROC curve with the standard error of DeLong, DeLong and Clarke-Pearson, "Comparing the Areas under
 * Two or More Correlated Receiver Operating Characteristic Curves", 1988, by the algorithm of Sun and Xu, 2014.
 * @throws UserError where there are fewer than two items of a class, or a score is not a number
 */
export function aucInterval(scored: BinaryScores): AucInterval {
  const parts = components(scored);
  const standardError = Math.sqrt(variance(parts, parts));
  const { auc } = parts;
  return {
    auc,
    standardError,
    interval: [Math.max(0, auc - z95 * standardError), Math.min(1, auc + z95 * standardError)],
  };
}

/**
 * DeLong's test of two models' scores of the same items.
 * @throws UserError when the items are not the same, there are fewer than two of a class, or a score is not a number
 */
export function compareAucs(a: BinaryScores, b: BinaryScores): AucComparison {
  if (a.positive.length !== b.positive.length || a.positive.some((label, i) => label !== b.positive[i])) {
    throw new UserError(
      "The two models were not judged on the same items.",
      "Predict one set with both of them, in the same order.",
    );
  }
  const [first, second] = [components(a), components(b)];
  const difference = first.auc - second.auc;
  const squared = variance(first, first) + variance(second, second) - 2 * variance(first, second);
  const standardError = Math.sqrt(Math.max(0, squared));
  const z = difference === 0 && standardError === 0 ? 0 : difference / standardError;
  return {
    aucs: [first.auc, second.auc],
    difference,
    standardError,
    interval: [difference - z95 * standardError, difference + z95 * standardError],
    z,
    p: twoSidedP(z),
  };
}

/** The structural components: for each positive its share of negatives below it, for each negative the converse. */
interface Components {
  readonly auc: number;
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
}

function components(scored: BinaryScores): Components {
  if (scored.scores.some(Number.isNaN)) {
    throw new UserError("A score is not a number.", "Load the last good checkpoint, and predict again.");
  }
  const scoresOf = (label: number) => [...scored.scores].filter((_, i) => scored.positive[i] === label);
  const [x, y] = [scoresOf(1), scoresOf(0)];
  const [m, n] = [x.length, y.length];
  if (m < 2 || n < 2) {
    throw new UserError(
      `There are ${m} positive and ${n} negative items; DeLong's variance needs at least two of each.`,
      "Judge it on a set with both classes.",
    );
  }
  const ranks = midranks([...x, ...y]);
  const [ranksInX, ranksInY] = [midranks(x), midranks(y)];
  return {
    auc: auroc(scored),
    positives: ranksInX.map((rank, i) => (valueAt(ranks, i) - rank) / n),
    negatives: ranksInY.map((rank, j) => 1 - (valueAt(ranks, m + j) - rank) / m),
  };
}

/** Ranks from 1; equal values share the mean of theirs. */
function midranks(values: readonly number[]): number[] {
  const order = values.map((value, i) => ({ value, i })).sort((a, b) => a.value - b.value);
  const ranks = values.map(() => 0);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && order[to]?.value === order[from]?.value) to++;
    for (const { i } of order.slice(from, to)) ranks[i] = (from + to + 1) / 2;
    from = to;
  }
  return ranks;
}

/** The covariance of two areas; of one with itself, its variance. */
function variance(a: Components, b: Components): number {
  const part = (us: readonly number[], vs: readonly number[]) =>
    sum(us.map((u, i) => (u - a.auc) * (valueAt(vs, i) - b.auc))) / (us.length - 1) / us.length;
  return part(a.positives, b.positives) + part(a.negatives, b.negatives);
}
