import { scoredItems } from "./argumentKinds.js";
import { checkArguments } from "../core/checkArguments.js";
import { checkInteger } from "../core/checkNumber.js";
import { withFields } from "../core/resultTables.js";
import type { BinaryScores } from "./BinaryScores.js";
import { binOf } from "./calibration.js";

/** How many items of each class have which probability. */
export interface ProbabilityHistogram {
  /** One more than there are bins, from 0 to 1; a bin holds what is above its lower edge, the first one 0 too. */
  readonly edges: readonly number[];
  /** Negative items in each bin. */
  readonly negative: readonly number[];
  /** Positive items in each bin. */
  readonly positive: readonly number[];
}

/**
 * The distribution of the probabilities in each class.
 * @param scored with scores in 0..1
 */
export function probabilityHistogram(scored: BinaryScores, bins = 20): ProbabilityHistogram {
  checkArguments("probabilityHistogram(interp.binary().scored)", { scored: [scored, scoredItems] });
  const { scores, positive } = scored;
  checkInteger("bins", bins, 1);
  const counts = [new Array<number>(bins).fill(0), new Array<number>(bins).fill(0)];
  scores.forEach((score, i) => {
    const own = counts[positive[i] ?? 0];
    const bin = binOf(score, bins);
    if (own) own[bin] = (own[bin] ?? 0) + 1;
  });
  const [negative = [], inPositive = []] = counts;
  return withFields("Histogram of the probabilities", {
    edges: Array.from({ length: bins + 1 }, (_, k) => k / bins),
    negative,
    positive: inPositive,
  });
}
