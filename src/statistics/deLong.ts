import { scoredItems } from "./argumentKinds.js";
import { checkArguments } from "../core/checkArguments.js";
import { withWords } from "../core/withWords.js";
import { formatInterval, formatP, formatShare } from "./format.js";
import { UserError } from "../core/errors.js";
import { valueAt } from "../core/valueAt.js";
import type { BinaryScores } from "./BinaryScores.js";
import { type Groups, type NumberedGroups, numberedGroups, sumByGroup } from "./Groups.js";
import { twoSidedP, z95 } from "./normalDistribution.js";

/** An area under the ROC curve, and how sure it is. */
export interface AucInterval {
  /** In 0..1. */
  readonly auc: number;
  /** Obuchowski's by group; without groups DeLong's. */
  readonly standardError: number;
  /** 95%, normal, within 0..1. */
  readonly interval: readonly [low: number, high: number];
  /** 95%, normal for the logit: better near 1, and always within 0..1. NaN where the area is 0 or 1. */
  readonly logitInterval: readonly [low: number, high: number];
}

/** Two areas on the same items, and whether they differ. */
export interface AucComparison {
  /** In 0..1. */
  readonly aucs: readonly [first: number, second: number];
  /** The first less the second. */
  readonly difference: number;
  /** Covariance of the two areas. */
  readonly covariance: number;
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
 * Two or More Correlated Receiver Operating Characteristic Curves", 1988; where items come in groups, such as images of
 * patients, with that of Obuchowski, "Nonparametric Analysis of Clustered ROC Curve Data", 1997, which is the same where
 * each group has one item. A group may have items of both classes.
 * @param groups whom each item belongs to; default what the scores say, or each item by itself
 * @throws UserError where a class has items of fewer than two groups, a score is not a number, or there is not one group
 * for each item
 */
export function aucInterval(scored: BinaryScores, groups?: Groups): AucInterval {
  checkArguments("aucInterval(interp.binary().scored)", { scored: [scored, scoredItems] });
  const parts = aucParts(scored, groups ?? scored.groups);
  requireVariance(parts);
  const { auc } = parts;
  const standardError = Math.sqrt(aucCovariance(parts, parts));
  const found: AucInterval = {
    ...{ auc, standardError },
    interval: [Math.max(0, auc - z95 * standardError), Math.min(1, auc + z95 * standardError)],
    logitInterval: logitInterval(auc, standardError),
  };
  return withWords(
    found,
    ({ interval }) => `Area under the ROC curve ${formatShare(auc)}, 95% CI ${formatInterval(interval)}.`,
  );
}

/**
 * The test of two models' scores of the same items, by DeLong's covariance, or Obuchowski's where items come in groups.
 * @param groups whom each item belongs to; default what the first scores say, or each item by itself
 * @throws UserError when the items are not the same, or as {@link aucInterval}
 */
export function compareAucs(a: BinaryScores, b: BinaryScores, groups?: Groups): AucComparison {
  checkArguments("compareAucs(first.scored, second.scored)", { a: [a, scoredItems], b: [b, scoredItems] });
  if (a.positive.length !== b.positive.length || a.positive.some((label, i) => label !== b.positive[i])) {
    throw new UserError(
      "The two models were not judged on the same items.",
      "Predict one set with both of them, in the same order.",
    );
  }
  const own = groups ?? a.groups;
  const [first, second] = [aucParts(a, own), aucParts(b, own)];
  requireVariance(first);
  const difference = first.auc - second.auc;
  const covariance = aucCovariance(first, second);
  const squared = aucCovariance(first, first) + aucCovariance(second, second) - 2 * covariance;
  const standardError = Math.sqrt(Math.max(0, squared));
  const z = difference === 0 && standardError === 0 ? 0 : difference / standardError;
  const found: AucComparison = {
    aucs: [first.auc, second.auc],
    ...{ difference, covariance, standardError },
    interval: [difference - z95 * standardError, difference + z95 * standardError],
    ...{ z, p: twoSidedP(z) },
  };
  return withWords(found, comparedInWords);
}

function comparedInWords({ aucs, difference, interval, p }: AucComparison): string {
  const [first, second] = aucs;
  return (
    `Areas under the ROC curves ${formatShare(first)} and ${formatShare(second)}: the difference is ` +
    `${formatShare(difference)}, 95% CI ${formatInterval(interval)}, p ${p < 0.001 ? "" : "= "}${formatP(p)}.`
  );
}

/** 95%, normal for the logit (Pepe, 2003, 5.2.4); NaN where the share is 0 or 1, whose logit is infinite. */
export function logitInterval(share: number, standardError: number): readonly [low: number, high: number] {
  if (!(share > 0 && share < 1)) return [NaN, NaN];
  const centre = Math.log(share / (1 - share));
  const half = (z95 * standardError) / (share * (1 - share));
  return [1 / (1 + Math.exp(half - centre)), 1 / (1 + Math.exp(-centre - half))];
}

/** An area under the ROC curve, and what each group adds to it. */
export interface AucParts {
  readonly auc: number;
  /** Each group's sum of its positives' components less the area, over all positives. */
  readonly positives: Float64Array;
  /** Each group's sum of its negatives' components less the area, over all negatives. */
  readonly negatives: Float64Array;
  /** Groups with a positive item, with a negative one, and all. */
  readonly groups: { readonly positive: number; readonly negative: number; readonly all: number };
}

/**
 * The structural components of an area, summed by group: of each positive the share of negatives below it, of each
 * negative the share of positives above it, ties half.
 * @throws UserError where a class is absent, a score is not a number, or there is not one group for each item
 */
export function aucParts(scored: BinaryScores, groups?: Groups): AucParts {
  const { scores, positive } = scored;
  if (scores.some(Number.isNaN)) {
    throw new UserError("A score is not a number.", "Load the last good checkpoint, and predict again.");
  }
  const m = positive.reduce((sum, label) => sum + label, 0);
  const n = positive.length - m;
  if (m === 0 || n === 0) {
    throw new UserError(
      `There are ${m} positive and ${n} negative items: an area under the ROC curve needs both.`,
      "Judge it on a set with both classes.",
    );
  }
  const placed = placements(scored, m, n);
  let sum = 0;
  for (const [i, share] of placed.entries()) if (positive[i] === 1) sum += share;
  const auc = sum / m;
  const numbered = numberedGroups(scores.length, groups);
  const part = (label: number, of: number) =>
    sumByGroup(
      placed.map((share, i) => (positive[i] === label ? (share - auc) / of : 0)),
      numbered,
    );
  return {
    auc,
    positives: part(1, m),
    negatives: part(0, n),
    groups: {
      positive: groupsOf(positive, 1, numbered),
      negative: groupsOf(positive, 0, numbered),
      all: numbered.count,
    },
  };
}

/** The covariance of two areas on the same items, and of one with itself its variance: S10 and S01, and S11 of both orders. */
export function aucCovariance(a: AucParts, b: AucParts): number {
  const product = (us: Float64Array, vs: Float64Array) =>
    us.reduce((sum, u, k) => sum + u * valueAt(vs, k), 0);
  const factor = (count: number) => count / (count - 1);
  const { positive, negative, all } = a.groups;
  return (
    factor(positive) * product(a.positives, b.positives) +
    factor(negative) * product(a.negatives, b.negatives) +
    factor(all) * (product(a.positives, b.negatives) + product(b.positives, a.negatives))
  );
}

function requireVariance({ groups: { positive, negative } }: AucParts): void {
  if (positive > 1 && negative > 1) return;
  throw new UserError(
    `The positive items are of ${positive} and the negative ones of ${negative} groups or patients: ` +
      "the variance needs at least two of each.",
    "Judge it on a set with more patients of both classes.",
  );
}

/** How many groups have an item of a class. */
function groupsOf(positive: Uint8Array, label: number, { of, count }: NumberedGroups): number {
  const has = new Uint8Array(count);
  for (const [i, group] of of.entries()) if (positive[i] === label) has[group] = 1;
  return has.reduce((sum, each) => sum + each, 0);
}

/** For each positive the share of negatives below it, for each negative that of positives above it; ties half. */
function placements({ scores, positive }: BinaryScores, m: number, n: number): Float64Array {
  const order = Int32Array.from(scores, (_, i) => i).sort((a, b) => valueAt(scores, a) - valueAt(scores, b));
  const placed = new Float64Array(scores.length);
  let [posBelow, negBelow] = [0, 0];
  for (let from = 0; from < order.length;) {
    let to = from;
    let pos = 0;
    const score = scores[valueAt(order, from)];
    for (; to < order.length && scores[valueAt(order, to)] === score; to++)
      pos += valueAt(positive, valueAt(order, to));
    const neg = to - from - pos;
    for (let k = from; k < to; k++) {
      const item = valueAt(order, k);
      placed[item] = positive[item] === 1 ? (negBelow + neg / 2) / n : (m - posBelow - pos / 2) / m;
    }
    posBelow += pos;
    negBelow += neg;
    from = to;
  }
  return placed;
}
