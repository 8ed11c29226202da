import { UserError } from "../core/errors.js";
import { type BinaryScores, countsAt } from "./BinaryScores.js";
import { share, type Share } from "./confusionMatrix.js";

/** How a net does on a part of a set. */
export interface Subgroup {
  /** The group's name. */
  readonly name: string;
  /** Items. */
  readonly n: number;
  /** Items that are called what they are not. */
  readonly errorRate: Share;
  /** The share of the positive items that are called positive. */
  readonly recall: Share;
  /** The share of the negative items that are called negative. */
  readonly specificity: Share;
}

/**
 * The same measures for each group, in the order of their names.
 * @param groups of each item its group
 * @throws UserError when there is not one group for each item
 */
export function subgroups(scored: BinaryScores, groups: readonly string[], threshold: number): Subgroup[] {
  const { scores, positive } = scored;
  if (groups.length !== scores.length) {
    throw new UserError(
      `${groups.length} groups for ${scores.length} items.`,
      "Give one group for each of the items.",
    );
  }
  return [...new Set(groups)].sort().map((name) => {
    const inGroup = (_: number, i: number) => groups[i] === name;
    const part = { scores: scores.filter(inGroup), positive: positive.filter(inGroup) };
    const { tp, fp, fn, tn } = countsAt(part, threshold);
    const n = part.scores.length;
    return {
      ...{ name, n, errorRate: share(fp + fn, n) },
      ...{ recall: share(tp, tp + fn), specificity: share(tn, tn + fp) },
    };
  });
}

/**
 * Groups by a number, in four parts of about the same size, named after their bounds.
 * @param what the number is called, with its unit
 */
export function quartiles(what: string, values: readonly number[]): string[] {
  const sorted = [...values].sort((a, b) => a - b);
  const bounds = [0.25, 0.5, 0.75].map((p) => sorted[Math.floor(p * sorted.length)] ?? NaN);
  const ends = [sorted[0] ?? NaN, ...bounds, sorted.at(-1) ?? NaN].map((end) => String(Math.round(end)));
  return values.map((value) => {
    const quarter = bounds.filter((bound) => value >= bound).length;
    return `${what}, quarter ${quarter + 1}: ${ends[quarter] ?? ""} to ${ends[quarter + 1] ?? ""}`;
  });
}
