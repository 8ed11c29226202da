import { checkInteger } from "../core/checkNumber.js";
import { Random } from "../core/Random.js";
import { drawGroups, membersOf, middle95 } from "./bootstrap.js";
import type { Groups } from "./Groups.js";
import { mean } from "./sum.js";

/** How the interval is drawn. */
export interface BootstrapSeedsOptions {
  /** Samples drawn. @default 1000 */
  readonly resamples?: number;
  /** @default 0 */
  readonly seed?: number;
  /** The group of each item, such as its patient: whole groups are drawn. @default each item by itself */
  readonly groups?: Groups;
}

/**
 * 95% intervals of means over seeds, when both the seeds and the items could have been others: seeds are drawn with
 * replacement, and groups of items too, the same ones for all seeds (the pigeonhole bootstrap; Owen, "The Pigeonhole
 * Bootstrap", 2007). It is at least as wide as it should be.
 *
 * Samples in which a statistic is NaN, as where a class was not drawn, are left out for it.
 * @param seeds how many
 * @param items how many
 * @param statistics of a seed, from how often each item was drawn
 */
export function bootstrapSeeds<Name extends string>(
  seeds: number,
  items: number,
  statistics: (seed: number, weights: Float64Array) => Readonly<Record<Name, number>>,
  { resamples = 1000, seed = 0, groups }: BootstrapSeedsOptions = {},
): Record<Name, readonly [low: number, high: number]> {
  checkInteger("resamples", resamples, 100);
  const members = membersOf(items, groups);
  const random = new Random(seed, 14);
  const weights = new Float64Array(items);
  const drawn = new Map<Name, number[]>();
  for (let sample = 0; sample < resamples; sample++) {
    drawGroups(members, random, weights);
    const picked = Array.from({ length: seeds }, () => Math.floor(random.uniform(0, seeds)));
    const bySeed = new Map([...new Set(picked)].map((each) => [each, statistics(each, weights)]));
    const rows = picked.flatMap((each) => bySeed.get(each) ?? []);
    for (const name of Object.keys(rows[0] ?? {}) as Name[]) {
      const value = mean(rows.map((row) => row[name]));
      if (Number.isNaN(value)) continue;
      const list = drawn.get(name);
      if (list) list.push(value);
      else drawn.set(name, [value]);
    }
  }
  return Object.fromEntries([...drawn].map(([name, values]) => [name, middle95(values)])) as Record<
    Name,
    readonly [low: number, high: number]
  >;
}
