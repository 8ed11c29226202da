import { typedNumbers } from "./argumentKinds.js";
import { checkArguments } from "../core/checkArguments.js";
import { withFields } from "../core/resultTables.js";
import type { BinaryScores } from "./BinaryScores.js";
import { UserError } from "../core/errors.js";
import { type Coefficient, fitIntercept, fitSlope } from "./fitLogistic.js";
import { type Groups, numberedGroups } from "./Groups.js";
import { absentMeasure, type Measure, measure } from "./Measure.js";
import { z95 } from "./normalDistribution.js";
import { valueAt } from "../core/valueAt.js";

/** A probability above 1 less this is 1 in single precision, in which nets compute. */
const nearestToOne = 2 ** -25;

/** The logits of probabilities, which are taken to be at least 2^-25 away from 0 and 1: a logit there is infinite. */
export function logitsOfScores(scores: Float64Array): Float64Array {
  checkArguments("logitsOfScores(scored.scores)", { scores: [scores, typedNumbers] });
  return scores.map((score) => {
    const p = Math.min(1 - nearestToOne, Math.max(nearestToOne, score));
    return Math.log(p) - Math.log1p(-p);
  });
}

/** How the probabilities would have to be moved to fit the outcomes. */
export interface Recalibration {
  /** What is to be added to all logits; 0 is right, above 0 the probabilities are too low. */
  readonly inTheLarge: Measure;
  /** By how much the logits are to be stretched; 1 is right, below 1 the probabilities are too extreme. */
  readonly slope: Measure;
}

/**
 * Calibration in the large and the calibration slope: logistic regressions on the logit (Cox, 1958; Van Calster et al.,
 * "Calibration: the Achilles Heel of Predictive Analytics", 2019), with errors robust to groups.
 * @param logits of each item, `[n]`
 * @param groups whom each item belongs to; undefined: each item is a group of its own
 * @throws UserError when there is not one group for each item
 */
export function recalibration(
  positive: BinaryScores["positive"],
  logits: Float64Array,
  groups?: Groups,
): Recalibration {
  checkArguments("recalibration(scored.positive, logitsOfScores(scored.scores))", {
    positive: [positive, typedNumbers],
    logits: [logits, typedNumbers],
  });
  const numbered = numberedGroups(logits.length, groups);
  const lowest = [Infinity, Infinity];
  const highest = [-Infinity, -Infinity];
  for (const [i, logit] of logits.entries()) {
    const label = valueAt(positive, i);
    lowest[label] = Math.min(valueAt(lowest, label), logit);
    highest[label] = Math.max(valueAt(highest, label), logit);
  }
  const [negativeLow = NaN, positiveLow = NaN] = lowest;
  const [negativeHigh = NaN, positiveHigh = NaN] = highest;
  if (positiveLow === Infinity || negativeLow === Infinity) {
    const absent = absentMeasure("only one class is there");
    return withFields("Recalibration", { inTheLarge: absent, slope: absent });
  }
  const withInterval = ({ value, standardError }: Coefficient): Measure =>
    measure(
      value,
      [value - z95 * standardError, value + z95 * standardError],
      numbered.count < 2
        ? { absent: `there is only one ${groups ? "group of images" : "image"}: no interval` }
        : Number.isFinite(standardError)
          ? {}
          : { absent: "the logits are too extreme for a standard error" },
    );
  const slope = (): Measure => {
    if (Math.min(positiveLow, negativeLow) === Math.max(positiveHigh, negativeHigh)) {
      return absentMeasure("all scores are equal: the slope is not identified");
    }
    if (positiveLow >= negativeHigh || positiveHigh <= negativeLow) {
      return absentMeasure("the scores separate the classes: the slope is infinite");
    }
    try {
      return withInterval(fitSlope(positive, logits, numbered));
    } catch (error) {
      if (error instanceof UserError) return absentMeasure("the logistic regression does not converge");
      throw error;
    }
  };
  return withFields("Recalibration", {
    inTheLarge: withInterval(fitIntercept(positive, logits, numbered)),
    slope: slope(),
  });
}
