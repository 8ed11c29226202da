import { UserError } from "../../core/errors.js";
import { shownValue } from "../../core/shownValue.js";
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
  const [lo, hi] = twoBounds(name, range);
  const from = checkNumber(`The lower bound of ${name}`, lo, limits);
  checkNumber(`The upper bound of ${name}`, hi, { ...limits, from });
  return range;
}

/**
 * The range, when it has two bounds: fast.ai's functions take a single number too, which it draws from nothing then.
 * @throws UserError showing how both are written
 */
export function twoBounds(name: string, range: Range): Range {
  const given: unknown = range;
  if (Array.isArray(given) && given.length === 2) return range;
  const example =
    typeof given === "number" && Number.isFinite(given) ? `[${given}, ${given}]` : "[lowest, highest]";
  throw new UserError(
    `${name} is ${shownValue(given)}.`,
    `Give the two bounds that it is drawn between, without its name: ${example}.`,
  );
}

/** @throws UserError when `p` is no probability */
export const probability = (p: number): number => checkNumber("p", p, { from: 0, to: 1 });
