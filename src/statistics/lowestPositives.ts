import type { BinaryScores } from "./BinaryScores.js";
import { type Groups, numberedGroups } from "./Groups.js";
import { valueAt } from "../core/valueAt.js";

/**
 * The lowest score of each group's positive items: from which threshold down all of them are found. Groups without a
 * positive item are left out.
 * @param groups undefined: each item is a group of its own
 */
export function lowestPositives(
  { scores, positive }: BinaryScores,
  groups: Groups | undefined,
): Float64Array {
  const { of, count } = numberedGroups(scores.length, groups);
  const lowest = new Float64Array(count).fill(Infinity);
  for (const [i, group] of of.entries()) {
    if (positive[i] === 1) lowest[group] = Math.min(valueAt(lowest, group), valueAt(scores, i));
  }
  return lowest.filter((score) => score < Infinity);
}
