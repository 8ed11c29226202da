import { withFields } from "../core/resultTables.js";
import { type Groups, numberedGroups, sumByGroup, varianceByGroup } from "./Groups.js";
import { type McNemar, mcNemar } from "./mcNemar.js";
import { twoSidedP, z95 } from "./normalDistribution.js";

/** Which of two models errs less on items that come in groups. */
export interface ClusteredMcNemar extends Pick<McNemar, "onlyFirst" | "onlySecond"> {
  /** The share of items that only the first gets right, less that of those that only the second does. */
  readonly difference: number;
  /** Standard error of the difference, by group; NaN for one group. */
  readonly standardError: number;
  /** 95% for the difference, normal, within -1..1. */
  readonly interval: readonly [low: number, high: number];
  /** Obuchowski's statistic, of one degree of freedom; NaN where in no group the models differ, or for one group. */
  readonly chi2: number;
  /** Two-sided; NaN where `chi2` is. */
  readonly p: number;
}

/**
 * McNemar's test for items in groups, such as images of patients (Obuchowski, "On the Comparison of Correlated
 * Proportions for Clustered Data", 1998). It weights items alike, as the difference does that it stands beside. Groups
 * without disagreement count as groups.
 * @param first whether the first model is right, item by item
 * @param groups whom each item belongs to; undefined: each item is a group of its own
 * @throws UserError when there are not as many of both, or not one group for each
 */
export function clusteredMcNemar(
  first: readonly boolean[],
  second: readonly boolean[],
  groups?: Groups,
): ClusteredMcNemar {
  const { onlyFirst, onlySecond } = mcNemar(first, second);
  const n = first.length;
  const numbered = numberedGroups(n, groups);
  const gaps = Float64Array.from(first, (right, i) => Number(right) - Number(second[i]));
  const difference = (onlyFirst - onlySecond) / n;
  const parts = gaps.map((gap) => (gap - difference) / n);
  const standardError = Math.sqrt(varianceByGroup(parts, numbered));
  const squares = sumByGroup(gaps, numbered).reduce((sum, gap) => sum + gap * gap, 0);
  const { count } = numbered;
  const chi2 =
    count < 2 || squares === 0 ? NaN : ((count - 1) / count) * ((onlyFirst - onlySecond) ** 2 / squares);
  const found: ClusteredMcNemar = {
    ...{ onlyFirst, onlySecond, difference, standardError },
    interval: [Math.max(-1, difference - z95 * standardError), Math.min(1, difference + z95 * standardError)],
    ...{ chi2, p: twoSidedP(Math.sqrt(chi2)) },
  };
  return withFields("McNemar's test by group", found);
}
