import { aNumber, checkArguments, numbers } from "../core/checkArguments.js";
import { withFields } from "../core/resultTables.js";
import { checkOptions } from "../core/checkOptions.js";
import { checkNumber } from "../core/checkNumber.js";
import { UserError } from "../core/errors.js";
import { Random } from "../core/Random.js";
import { type Spread, spreadOf } from "./spread.js";
import { studentT } from "./studentT.js";
import { mean } from "./sum.js";
import { binomialQuantile } from "./binomial.js";
import { wilsonInterval } from "./wilsonInterval.js";

/** Two recipes with one measure, paired by their seeds: what is chance of the seed, and what is not. */
export interface SeedComparison {
  /** Each seed's value of the first recipe less that of the second. */
  readonly differences: readonly number[];
  /** Their mean, with Student's 95% interval; NaN where there is one seed. */
  readonly difference: Spread;
  /** The probability of a mean difference at least as large if the signs were a coin's tosses (Fisher, 1935). */
  readonly p: number;
  /** The smallest probability that so many seeds can give; five give none below 0.0625. */
  readonly smallestP: number;
  /** Seeds with which the first is better. */
  readonly wins: number;
  /** Seeds with which both are equal. */
  readonly ties: number;
  /** The probability that the first is better with another seed, in 0..1; ties count one half. */
  readonly probability: number;
  /**
   * 95% of the share of seeds with which the first is better, ties not counted as better: the percentiles over all ways to
   * draw the seeds with replacement (Bouthillier and others, "Accounting for Variance in Machine Learning Benchmarks",
   * 2021). It is a point where the same recipe is better with every seed.
   */
  readonly percentiles: readonly [low: number, high: number];
  /** 95% of the same share after Wilson; no point, however few the seeds. */
  readonly wilson: readonly [low: number, high: number];
}

/** Which values are better. */
export interface SeedComparisonOptions {
  /** False for an error rate. @default true */
  readonly higherIsBetter?: boolean;
}

/** What is computed in floating point and should be equal is taken to be equal. */
const tolerance = 1e-12;

/**
 * Compares two recipes by one measure with the same seeds.
 * @param first of each seed the first recipe's value
 * @param second the second recipe's, in the same order of seeds
 * @throws UserError when there are not as many of both, or none
 */
export function compareSeeds(
  first: readonly number[],
  second: readonly number[],
  options: SeedComparisonOptions = {},
): SeedComparison {
  checkArguments("compareSeeds(firstValues, secondValues)", {
    first: [first, numbers],
    second: [second, numbers],
  });
  checkOptions("compareSeeds()", options, { higherIsBetter: "boolean" });
  const { higherIsBetter = true } = options;
  const n = first.length;
  if (n === 0 || n !== second.length) {
    throw new UserError(
      `${n} and ${second.length} values cannot be paired.`,
      "Give each recipe's value for the same seeds.",
    );
  }
  const differences = first.map((value, i) => value - (second[i] ?? NaN));
  const gains = differences.map((each) => (higherIsBetter ? each : -each));
  const wins = gains.filter((gain) => gain > tolerance).length;
  const ties = gains.filter((gain) => Math.abs(gain) <= tolerance).length;
  const found: SeedComparison = {
    differences,
    difference: spreadOf(differences),
    p: signFlipP(differences),
    smallestP: Math.min(1, 2 ** (1 - n)),
    wins,
    ties,
    probability: (wins + ties / 2) / n,
    percentiles: [binomialQuantile(0.025, n, wins / n) / n, binomialQuantile(0.975, n, wins / n) / n],
    wilson: wilsonInterval(wins, n),
  };
  return withFields(`Two recipes with ${n} ${n === 1 ? "seed" : "seeds"}`, found);
}

const mostFlips = 2 ** 17;

/** All ways to choose the signs where there are at most 131072; else as many of them, drawn. */
function signFlipP(differences: readonly number[]): number {
  const n = differences.length;
  const observed = Math.abs(mean(differences)) - tolerance;
  const isExact = 2 ** n <= mostFlips;
  const random = new Random(0, 13);
  const sign = (flip: number, i: number) =>
    (isExact ? Math.floor(flip / 2 ** i) % 2 === 1 : random.uniform(0, 1) < 0.5) ? -1 : 1;
  let count = 0;
  const flips = isExact ? 2 ** n : mostFlips;
  for (let flip = 0; flip < flips; flip++) {
    const total = differences.reduce((sum, each, i) => sum + sign(flip, i) * each, 0);
    if (Math.abs(total / n) >= observed) count++;
  }
  // Of drawn ones the observed signs are one more.
  return isExact ? count / flips : (count + 1) / (flips + 1);
}

/**
 * How many seeds each of two recipes needs for a paired test to find a difference: Student's t test at 5%, two-sided,
 * with a power of 80%.
 * @param standardDeviation of the seeds' differences; NaN where it is not known, and so is the answer then
 * @param difference to be found, such as 0.01 for one point; above 0
 */
export function seedsNeeded(standardDeviation: number, difference: number): number {
  checkArguments("seedsNeeded(0.01, 0.005)", { standardDeviation: [standardDeviation, aNumber] });
  checkNumber("difference", difference, { above: 0 });
  if (Number.isNaN(standardDeviation)) return NaN;
  const fits = (n: number) =>
    Math.sqrt(n) * difference >= (studentT(n - 1, 0.95) + studentT(n - 1, 0.6)) * standardDeviation;
  let enough = 2;
  while (!fits(enough)) enough *= 2;
  let tooFew = enough === 2 ? 1 : enough / 2;
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (fits(middle)) enough = middle;
    else tooFew = middle;
  }
  return enough;
}
