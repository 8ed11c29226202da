import { scoredItems } from "./argumentKinds.js";
import { checkArguments } from "../core/checkArguments.js";
import { withFields } from "../core/resultTables.js";
import { checkOptions } from "../core/checkOptions.js";
import type { BinaryScores } from "./BinaryScores.js";
import { checkNumber } from "../core/checkNumber.js";
import { type Groups, numberedGroups, varianceByGroup } from "./Groups.js";
import { z95 } from "./normalDistribution.js";
import { sum } from "./sum.js";
import { valueAt } from "../core/valueAt.js";

/** What acting on a model is worth, for every weight of a missed case against a false alarm. */
export interface DecisionCurve {
  /** The share of positives that it is computed for. */
  readonly prevalence: number;
  /** Whoever acts from this probability on takes 1 / t - 1 false alarms for one case found: 0.01 to 0.99. */
  readonly thresholds: readonly number[];
  /** Net benefit of acting where the model's score is at least the threshold, in true positives for each item. */
  readonly model: readonly number[];
  /** The lower end of its 95% band, pointwise; NaN with one group. */
  readonly low: readonly number[];
  /** The upper end. */
  readonly high: readonly number[];
  /** Net benefit of acting on all; that of acting on none is 0. */
  readonly all: readonly number[];
}

/** What a decision curve is computed for. */
export interface DecisionCurveOptions {
  /**
   * The share of positives, in 0..1, exclusive. Scores stay as they are: at another prevalence than the items' own the curve
   * judges a model that nobody has recalibrated. @default the items' own
   */
  readonly prevalence?: number;
  /** Whom each item belongs to. @default each item is a group of its own */
  readonly groups?: Groups;
}

/** The hundredths between 0 and 1. */
export const hundredths: readonly number[] = Array.from({ length: 99 }, (_, k) => (k + 1) / 100);

/**
 * The decision curve (Vickers and Elkin, 2006): recall times prevalence, less the false positive rate times the rest,
 * weighted by the odds of the threshold. The band is linearised by group.
 * @returns undefined where a class is absent
 * @throws UserError when the prevalence is out of range, or there is not one group for each item
 */
export function decisionCurve(
  scored: BinaryScores,
  options: DecisionCurveOptions = {},
): DecisionCurve | undefined {
  checkArguments("decisionCurve(interp.binary().scored)", { scored: [scored, scoredItems] });
  const { scores, positive } = scored;
  checkOptions("decisionCurve()", options, { prevalence: "number", groups: "list" });
  const { prevalence, groups } = options;
  const n = scores.length;
  const positives = sum(positive);
  const negatives = n - positives;
  if (prevalence !== undefined) checkNumber("prevalence", prevalence, { above: 0, below: 1 });
  if (positives === 0 || negatives === 0) return undefined;
  const numbered = numberedGroups(n, groups);
  const share = prevalence ?? positives / n;
  const points = hundredths.map((threshold) => {
    const odds = threshold / (1 - threshold);
    let [tp, fp] = [0, 0];
    for (const [i, score] of scores.entries()) {
      if (!(score >= threshold)) continue;
      if (positive[i] === 1) tp++;
      else fp++;
    }
    const [tpr, fpr] = [tp / positives, fp / negatives];
    const model = tpr * share - fpr * (1 - share) * odds;
    const parts = scores.map((score, i) => {
      const called = Number(score >= threshold);
      const worth = valueAt(positive, i) === 1 ? called : -called * odds;
      // At the items' own prevalence it is their mean worth; at another one only the two rates are estimated.
      if (prevalence === undefined) return (worth - model) / n;
      return positive[i] === 1
        ? (share * (called - tpr)) / positives
        : (-(1 - share) * odds * (called - fpr)) / negatives;
    });
    const half = z95 * Math.sqrt(varianceByGroup(parts, numbered));
    return { model, low: model - half, high: model + half, all: share - (1 - share) * odds };
  });
  return withFields("Decision curve: net benefit by threshold", {
    prevalence: share,
    thresholds: hundredths,
    model: points.map(({ model }) => model),
    low: points.map(({ low }) => low),
    high: points.map(({ high }) => high),
    all: points.map(({ all }) => all),
  });
}
