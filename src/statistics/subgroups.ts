import { aText, checkArguments, numbers, texts } from "../core/checkArguments.js";
import { UserError } from "../core/errors.js";
import { valueAt } from "../core/valueAt.js";
import type { BinaryScores } from "./BinaryScores.js";
import { classShares, itemsAt } from "./classShares.js";
import type { ClusteredShare } from "./clusteredShare.js";
import { numberedGroups } from "./Groups.js";

/** How a net does on a part of a set. */
export interface Subgroup {
  /** The group's name. */
  readonly name: string;
  /** Items. */
  readonly n: number;
  /** Items whose predicted class is another. */
  readonly errorRate: ClusteredShare;
  /** The share of the positive items that are predicted positive. */
  readonly recall: ClusteredShare;
  /** The share of the negative items that are predicted negative. */
  readonly specificity: ClusteredShare;
}

/**
 * The same measures for each group, in the order of their names.
 * @param groups of each item its group
 * @throws UserError when there is not one group for each item
 */
export function subgroups(scored: BinaryScores, groups: readonly string[], threshold: number): Subgroup[] {
  checkArguments("subgroups(groups)", { groups: [groups, texts] });
  const { scores, positive } = scored;
  const patients = scored.groups && numberedGroups(scores.length, scored.groups).of;
  if (groups.length !== scores.length) {
    throw new UserError(
      `${groups.length} groups for ${scores.length} items.`,
      "Give one group for each of the items.",
    );
  }
  return [...new Set(groups)].sort().map((name) => {
    const inGroup = (_: number, i: number) => groups[i] === name;
    const part = {
      scores: scores.filter(inGroup),
      positive: positive.filter(inGroup),
      groups: patients?.filter(inGroup),
    };
    const { errorRate, recall, specificity } = classShares(itemsAt(part, threshold));
    return { name, n: part.scores.length, errorRate, recall, specificity };
  });
}

/**
 * Groups by a number, in four parts of about the same size, named after their bounds.
 * @param what the number is called, with its unit
 */
export function quartiles(what: string, values: readonly number[]): string[] {
  checkArguments('quartiles("age", ages)', { what: [what, aText], values: [values, numbers] });
  if (values.length === 0) return [];
  const sorted = [...values].sort((a, b) => a - b);
  const last = sorted.length - 1;
  const bounds = [0, 0.25, 0.5, 0.75, 1].map((p) =>
    valueAt(sorted, Math.min(Math.floor(p * sorted.length), last)),
  );
  return values.map((value) => {
    const quartile = bounds.slice(1, -1).filter((bound) => value >= bound).length;
    const [from = NaN, to = NaN] = bounds.slice(quartile).map(Math.round);
    return `${what}, quartile ${quartile + 1}: ${from} to ${to}`;
  });
}
