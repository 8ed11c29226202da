import { scoredItems } from "./argumentKinds.js";
import { checkArguments } from "../core/checkArguments.js";
import { withFields } from "../core/resultTables.js";
import type { BinaryScores } from "./BinaryScores.js";
import { percentile } from "./bootstrap.js";
import { hundredths } from "./decisionCurve.js";
import { type Groups, numberedGroups, varianceByGroup } from "./Groups.js";
import { type LocalWeights, localWeights, type SortedItems, sortedItems } from "./localRegression.js";
import { z95 } from "./normalDistribution.js";
import { mean } from "./sum.js";
import { valueAt } from "../core/valueAt.js";

/** The observed share of positives as a smooth function of the predicted probability. */
export interface CalibrationCurve {
  /** Predicted probabilities: hundredths between the lowest score and the highest. */
  readonly predicted: readonly number[];
  /** The smoothed share of positives there; it may leave 0..1. */
  readonly observed: readonly number[];
  /** The lower end of the 95% band at each place; NaN with one group. */
  readonly low: readonly number[];
  /** Its upper end. */
  readonly high: readonly number[];
  /** The mean distance of the curve from the predicted probability over the items: the integrated calibration index. */
  readonly ici: number;
  /** The median of these distances. */
  readonly e50: number;
  /** Their nine tenths' quantile. */
  readonly e90: number;
  /** The largest of them. */
  readonly emax: number;
}

/** With more different scores the curve is computed at so many of them, and drawn straight between. */
const mostPlaces = 2000;
const knots = 300;

/**
 * The smooth calibration curve by local regression (Austin and Steyerberg, 2019): degree 2, span 0.75, computed at each
 * score itself. R's default interpolates between a few places, and gives other numbers. The band is pointwise: the
 * curve's height is a weighted sum of the outcomes, and its variance is summed by group.
 * @param groups whom each item belongs to; undefined: each item is a group of its own
 * @returns why there is no curve, in words, where there is none
 * @throws UserError when there is not one group for each item
 */
export function calibrationCurve(scored: BinaryScores, groups?: Groups): CalibrationCurve | string {
  checkArguments("calibrationCurve(interp.binary().scored)", { scored: [scored, scoredItems] });
  const { scores, positive } = scored;
  const sorted = sortedItems(scores);
  const different = sorted.x.filter((x, k) => k === 0 || x !== sorted.x[k - 1]);
  if (different.length < 4) return "there are fewer than four different scores";
  if (!positive.includes(0) || !positive.includes(1)) return "only one class is there";
  const outcomes = Float64Array.from(sorted.order, (i) => valueAt(positive, i));
  const numbered = numberedGroups(scores.length, groups);
  const inOrder = {
    of: Int32Array.from(sorted.order, (i) => valueAt(numbered.of, i)),
    count: numbered.count,
  };

  const places = different.length <= mostPlaces ? different : someOf(different, knots);
  const heights = heightsAt(sorted, outcomes, places);
  const predicted = hundredths.filter(
    (p) => p >= valueAt(sorted.x, 0) && p <= valueAt(sorted.x, sorted.x.length - 1),
  );
  const fits = predicted.map((place) => localWeights(sorted, place));
  if (!heights || fits.includes(undefined)) return "the nearest scores are all equal";
  const curve = interpolated(places, heights, sorted.x);
  const residuals = outcomes.map((outcome, k) => outcome - valueAt(curve, k));
  const known = fits.filter((fit) => fit !== undefined);
  const observed = known.map((fit) => weightedSum(fit, outcomes));
  const errors = known.map(({ from, weights }) => {
    const parts = new Float64Array(residuals.length);
    weights.forEach((weight, k) => (parts[from + k] = weight * (residuals[from + k] ?? 0)));
    return Math.sqrt(varianceByGroup(parts, inOrder));
  });
  const gaps = sorted.x.map((x, k) => Math.abs(x - valueAt(curve, k))).sort();
  return withFields("Calibration curve", {
    ...{ predicted, observed },
    low: observed.map((height, k) => height - z95 * valueAt(errors, k)),
    high: observed.map((height, k) => height + z95 * valueAt(errors, k)),
    ...{ ici: mean(gaps), e50: percentile(gaps, 0.5), e90: percentile(gaps, 0.9) },
    emax: valueAt(gaps, gaps.length - 1),
  });
}

/** The curve at each place; undefined where it does not exist at one of them. */
function heightsAt(
  sorted: SortedItems,
  outcomes: Float64Array,
  places: Float64Array,
): Float64Array | undefined {
  const heights = new Float64Array(places.length);
  for (const [k, place] of places.entries()) {
    const fit = localWeights(sorted, place);
    if (!fit) return undefined;
    heights[k] = weightedSum(fit, outcomes);
  }
  return heights;
}

function weightedSum({ from, weights }: LocalWeights, outcomes: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) sum += (weights[k] ?? 0) * (outcomes[from + k] ?? 0);
  return sum;
}

/** So many of the sorted values, evenly over their ranks, the first and the last among them. */
function someOf(values: Float64Array, count: number): Float64Array {
  const step = (values.length - 1) / (count - 1);
  return Float64Array.from({ length: count }, (_, k) => valueAt(values, Math.round(k * step)));
}

/** Heights at sorted x, straight between places; every x lies within them. */
function interpolated(places: Float64Array, heights: Float64Array, x: Float64Array): Float64Array {
  let at = 0;
  return x.map((value) => {
    while (at < places.length - 2 && valueAt(places, at + 1) <= value) at++;
    const [left, right] = [valueAt(places, at), valueAt(places, at + 1)];
    const share = (value - left) / (right - left);
    return (1 - share) * valueAt(heights, at) + share * valueAt(heights, at + 1);
  });
}
