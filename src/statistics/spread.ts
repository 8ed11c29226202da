import { withWords } from "../core/withWords.js";
import { formatInterval, formatShare } from "./format.js";
import { studentT } from "./studentT.js";
import { mean, sum } from "./sum.js";

/** A measure over several runs. */
export interface Spread {
  /** The mean of the runs' values. */
  readonly mean: number;
  /** The sample's, with n - 1; NaN for one run. */
  readonly standardDeviation: number;
  /** 95% for the mean of such runs, after Student; NaN for one run. */
  readonly interval: readonly [low: number, high: number];
}

/** The mean of values, their standard deviation, and the mean's 95% interval by Student's t. */
export function spreadOf(values: readonly number[]): Spread {
  const n = values.length;
  const middle = mean(values);
  const spread = (standardDeviation: number, half: number): Spread =>
    withWords({ mean: middle, standardDeviation, interval: [middle - half, middle + half] }, inWords);
  if (n < 2) return spread(NaN, NaN);
  const standardDeviation = Math.sqrt(sum(values.map((value) => (value - middle) ** 2)) / (n - 1));
  const half = studentT(n - 1) * (standardDeviation / Math.sqrt(n));
  return spread(standardDeviation, half);
}

const inWords = ({ mean: middle, standardDeviation, interval: [low, high] }: Spread): string =>
  Number.isNaN(standardDeviation)
    ? `mean ${formatShare(middle)} of one value`
    : `mean ${formatShare(middle)}, standard deviation ${formatShare(standardDeviation)}, 95% CI ` +
      formatInterval([low, high]);
