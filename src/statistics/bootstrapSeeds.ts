import { Random } from "../core/Random.js";
import { bootstrap, type BootstrapOptions } from "./bootstrap.js";
import { mean } from "./sum.js";

/**
 * 95% intervals of means over seeds, when both the seeds and the items could have been others: seeds are drawn with
 * replacement, and groups of items too, the same ones for all seeds (the pigeonhole bootstrap; Owen, "The Pigeonhole
 * Bootstrap", 2007). It is at least as wide as it should be.
 *
 * Samples in which a statistic is NaN, as where a class was not drawn, are left out for it.
 * @param seeds how many
 * @param items how many
 * @param options as the bootstrap's, but for `resamples`: 1000 by default
 * @param statistics of a seed, from how often each item was drawn
 */
export function bootstrapSeeds<Name extends string>(
  seeds: number,
  items: number,
  statistics: (seed: number, weights: Float64Array) => Readonly<Record<Name, number>>,
  { resamples = 1000, seed = 0, groups }: BootstrapOptions = {},
): Record<Name, readonly [low: number, high: number]> {
  const random = new Random(seed, 14);
  const overSeeds = (weights: Float64Array) => {
    const picked = Array.from({ length: seeds }, () => Math.floor(random.uniform(0, seeds)));
    const bySeed = new Map([...new Set(picked)].map((each) => [each, statistics(each, weights)]));
    const rows = picked.flatMap((each) => bySeed.get(each) ?? []);
    const names = Object.keys(rows[0] ?? {}) as Name[];
    return Object.fromEntries(names.map((name) => [name, mean(rows.map((row) => row[name]))])) as Record<
      Name,
      number
    >;
  };
  return bootstrap(items, overSeeds, { resamples, seed, groups });
}
