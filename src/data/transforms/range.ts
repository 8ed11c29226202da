import { checkNumber, type Limits } from "../../core/checkNumber.js";
import type { Random } from "../../core/Random.js";

/** A parameter is drawn evenly from `[lo, hi]`; equal bounds fix it. */
export type Range = readonly [lo: number, hi: number];

export const drawFrom = (range: Range, random: Random): number => random.uniform(range[0], range[1]);

/** A whole number from `lo` to `hi`, each as likely. */
export const drawInteger = ([lo, hi]: Range, random: Random): number =>
  Math.floor(random.uniform(lo, hi + 1));

/**
 * The range, when its bounds are in order and both within the limits.
 * @param name of the parameter, for the error
 * @throws UserError naming the bound and its value
 */
export function checkedRange(name: string, range: Range, limits: Limits): Range {
  const [lo, hi] = range;
  const from = checkNumber(`The lower bound of ${name}`, lo, limits);
  checkNumber(`The upper bound of ${name}`, hi, { ...limits, from });
  return range;
}

/** @throws UserError when `p` is no probability */
export const probability = (p: number): number => checkNumber("p", p, { from: 0, to: 1 });
