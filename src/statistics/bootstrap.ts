import { aFunction, checkArguments } from "../core/checkArguments.js";
import { withFields } from "../core/resultTables.js";
import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import { Random } from "../core/Random.js";
import { UserError } from "../core/errors.js";
import { checkInteger } from "../core/checkNumber.js";
import { valueAt } from "../core/valueAt.js";
import { type Groups, numberedGroups } from "./Groups.js";

/** How intervals are drawn. */
export interface BootstrapOptions {
  /** Samples drawn. @default 2000 */
  readonly resamples?: number;
  /** @default 0 */
  readonly seed?: number;
  /**
   * Whom each item belongs to, such as its patient: whole groups are drawn, since images of one patient are not
   * independent. @default each item by itself
   */
  readonly groups?: Groups;
}

export const bootstrapKinds: OptionKinds<BootstrapOptions> = {
  resamples: "number",
  seed: "number",
  groups: "list",
};

/**
 * 95% intervals by the bootstrap (Efron, 1979): items are drawn with replacement as many times as there are, and each
 * statistic is computed anew; its 2.5% and 97.5% percentiles are the interval. Percentiles need no formula for each
 * statistic and stay within its range; with few items of a class, or at the edge of the range (all right, none found),
 * they are too narrow, and Wilson's interval is the better one for shares.
 *
 * Samples in which a statistic is NaN, as where a class was not drawn, are left out for it.
 * @param n items
 * @param statistics computes the numbers from how often each item was drawn
 * @throws UserError when `groups` does not fit, or there are no items
 */
export function bootstrap<Name extends string>(
  n: number,
  statistics: (weights: Float64Array) => Readonly<Record<Name, number>>,
  options: BootstrapOptions = {},
): Record<Name, readonly [low: number, high: number]> {
  checkArguments("bootstrap(n, (weights) => ({ mean: ... }))", { statistics: [statistics, aFunction] });
  checkOptions("bootstrap()", options, bootstrapKinds);
  const { resamples = 2000, seed = 0, groups } = options;
  checkInteger("n", n, 0);
  checkInteger("resamples", resamples, 100);
  if (n === 0) throw new UserError("There are 0 items to draw from.", "Give at least one.");
  const members = membersOf(n, groups);
  const random = new Random(seed, 11);
  const weights = new Float64Array(n);
  const drawn = new Map<Name, number[]>();
  for (let sample = 0; sample < resamples; sample++) {
    weights.fill(0);
    members.forEach(() => {
      for (const item of valueAt(members, Math.floor(random.uniform(0, members.length)))) {
        weights[item] = valueAt(weights, item) + 1;
      }
    });
    const values = statistics(weights);
    for (const name of Object.keys(values) as Name[]) {
      const list = drawn.get(name) ?? [];
      if (!Number.isNaN(values[name])) list.push(values[name]);
      drawn.set(name, list);
    }
  }
  const intervals = [...drawn].map(([name, values]) => [name, middle95(values)] as const);
  const found = Object.fromEntries(intervals) as Record<Name, readonly [low: number, high: number]>;
  return withFields(`95% intervals of ${resamples} samples`, found);
}

/** The items of each group. */
function membersOf(n: number, groups: Groups | undefined): readonly (readonly number[])[] {
  const { of, count } = numberedGroups(n, groups);
  const members: number[][] = Array.from({ length: count }, () => []);
  of.forEach((group, i) => members[group]?.push(i));
  return members;
}

/** The 2.5% and 97.5% percentiles. */
function middle95(values: readonly number[]): readonly [low: number, high: number] {
  const sorted = [...values].sort((a, b) => a - b);
  return [percentile(sorted, 0.025), percentile(sorted, 0.975)];
}

/** A percentile of sorted values: between the two nearest, in proportion; NaN where there is none. */
export function percentile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) return NaN;
  const at = p * (sorted.length - 1);
  const [low, high] = [valueAt(sorted, Math.floor(at)), valueAt(sorted, Math.ceil(at))];
  return low + (high - low) * (at - Math.floor(at));
}
