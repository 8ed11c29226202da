import { scoredItems } from "./argumentKinds.js";
import { checkArguments } from "../core/checkArguments.js";
import type { BinaryScores } from "./BinaryScores.js";
import { type Groups, numberedGroups, varianceByGroup } from "./Groups.js";
import { absentMeasure, type Measure, measure } from "./Measure.js";
import { z95 } from "./normalDistribution.js";
import { sum } from "./sum.js";
import { valueAt } from "../core/valueAt.js";

/**
 * How many positives the probabilities add up to, over how many there are: 1 is right, above 1 they are too high. The
 * interval is normal for its logarithm (Debray et al., 2017), linearised by group.
 * @param groups whom each item belongs to; undefined: each item is a group of its own
 * @throws UserError when there is not one group for each item
 */
export function expectedOverObserved(scored: BinaryScores, groups?: Groups): Measure {
  checkArguments("expectedOverObserved(interp.binary().scored)", { scored: [scored, scoredItems] });
  const { scores, positive } = scored;
  const [expected, observed] = [sum(scores), sum(positive)];
  if (observed === 0) return absentMeasure("no item is positive");
  const value = expected / observed;
  if (expected === 0) return measure(value, [NaN, NaN], { absent: "all scores are 0: no interval" });
  const numbered = numberedGroups(scores.length, groups);
  const parts = scores.map((score, i) => score / expected - valueAt(positive, i) / observed);
  const half = z95 * Math.sqrt(varianceByGroup(parts, numbered));
  const remark =
    numbered.count < 2
      ? { absent: `there is only one ${groups ? "group of images" : "image"}: no interval` }
      : {};
  return measure(value, [value * Math.exp(-half), value * Math.exp(half)], remark);
}
