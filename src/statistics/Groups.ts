import { shownValue } from "../core/shownValue.js";
import { UserError } from "../core/errors.js";
import { valueAt } from "../core/valueAt.js";

/**
 * Whom each item belongs to, such as its patient: one number or one name for each item. Items of one group are not
 * independent of each other.
 */
export type Groups = Int32Array | readonly number[] | readonly string[];

/** Groups by numbers from 0 on. */
export interface NumberedGroups {
  /** The group of each item, `[n]`, in 0..count-1. */
  readonly of: Int32Array;
  /** How many groups there are. */
  readonly count: number;
}

/**
 * Numbers groups in the order in which they first appear.
 * @param n items
 * @param groups undefined: each item is a group of its own
 * @throws UserError when there is not one group for each item
 */
export function numberedGroups(n: number, groups?: Groups): NumberedGroups {
  if (groups === undefined) return { of: Int32Array.from({ length: n }, (_, i) => i), count: n };
  if (!isList(groups)) {
    throw new UserError(
      `groups is ${shownValue(groups)}.`,
      "Give a list with one group, such as the patient, for each item.",
    );
  }
  if (groups.length !== n) {
    throw new UserError(
      `${groups.length} groups for ${n} items.`,
      "Give one group, such as the patient, for each of the items.",
    );
  }
  const numbers = new Map<number | string, number>();
  const of = Int32Array.from({ length: n }, (_, i) => {
    const group = valueAt<number | string>(groups, i);
    const known = numbers.get(group);
    if (known !== undefined) return known;
    numbers.set(group, numbers.size);
    return numbers.size - 1;
  });
  return { of, count: numbers.size };
}

const isList = (value: unknown): boolean => Array.isArray(value) || ArrayBuffer.isView(value);

/** The sum of each group's values, `[count]`. */
export function sumByGroup(values: ArrayLike<number>, { of, count }: NumberedGroups): Float64Array {
  const sums = new Float64Array(count);
  for (let i = 0; i < of.length; i++) {
    const group = of[i] ?? 0;
    sums[group] = (sums[group] ?? 0) + (values[i] ?? 0);
  }
  return sums;
}

/**
 * The variance of a sum over all items, from each item's part of it, whose mean is 0 (linearisation, or delta method):
 * items of one group may go together, groups are independent. NaN where there is one group only.
 * @param parts what each item adds to the sum, `[n]`
 * @param groups how many of the groups the number is about; default all
 */
export function varianceByGroup(
  parts: ArrayLike<number>,
  groups: NumberedGroups,
  count = groups.count,
): number {
  let squares = 0;
  for (const part of sumByGroup(parts, groups)) squares += part * part;
  return count < 2 ? NaN : (count / (count - 1)) * squares;
}
