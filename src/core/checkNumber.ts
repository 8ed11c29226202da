import { shownValue } from "./shownValue.js";
import { UserError } from "./errors.js";

/** Bounds of a number; `from` and `to` are in the range, `above` and `below` are not. */
export interface Limits {
  readonly from?: number;
  readonly above?: number;
  readonly to?: number;
  readonly below?: number;
}

/**
 * The value, when it is a finite number in the range.
 * @param name of the option, for the error
 * @throws UserError naming the option, its value and the range
 */
export function checkNumber(name: string, value: number, range: Limits): number {
  const { from = -Infinity, above = -Infinity, to = Infinity, below = Infinity } = range;
  const fits = Number.isFinite(value) && value >= from && value > above && value <= to && value < below;
  if (!fits) throw new UserError(`${name} is ${shownValue(value)}.`, `Give a number ${inWords(range)}.`);
  return value;
}

function inWords(range: Limits): string {
  const words = Object.entries(range).map(([bound, value]) => `${bound} ${value as number}`);
  return words.length > 0 ? words.join(" and ").replace(" and to ", " to ") : "that is finite";
}

/** @throws UserError when `value` is no whole number from `least` on, up to `most` */
export function checkInteger(name: string, value: number, least: number, most = Infinity): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  const end = most === Infinity ? "" : ` to ${most}`;
  const range = least === -Infinity ? "" : ` from ${least}${end}`;
  throw new UserError(`${name} is ${shownValue(value)}.`, `Give a whole number${range}.`);
}

/**
 * The two numbers, when they are two and each is in the range.
 * @param name of the option, for the error
 * @param example two such numbers, for the remedy
 * @throws UserError naming the option, its value and an example
 */
export function checkPair(
  name: string,
  value: readonly [number, number],
  range: Limits,
  example: string,
): readonly [number, number] {
  const given: unknown = value;
  if (!Array.isArray(given) || given.length !== 2) {
    throw new UserError(`${name} is ${shownValue(given)}.`, `Give two numbers: ${name}: ${example}.`);
  }
  value.forEach((each, i) => checkNumber(`${name}[${i}]`, each, range));
  return value;
}

/** What the type says already; a notebook's cell may have got round it. @throws UserError for any other value */
export function checkOneOf<T extends string | undefined>(name: string, value: T, known: readonly T[]): T {
  if (known.includes(value)) return value;
  const names = known.map((other) => (other === undefined ? "leave it out" : `"${other}"`));
  throw new UserError(`${name} is ${JSON.stringify(value)}.`, `Give one of these: ${names.join(", ")}.`);
}
