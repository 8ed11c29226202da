import type { Random } from "../../core/Random.js";

/**
 * Draws indices with replacement, each as likely as its weight says: PyTorch's `WeightedRandomSampler`.
 * @param weights positive, need not sum to 1
 * @returns as many indices as there are weights
 */
export function drawWeighted(random: Random, weights: readonly number[]): number[] {
  let total = 0;
  const ends = Float64Array.from(weights, (weight) => (total += weight));
  return weights.map(() => firstAbove(ends, random.uniform(0, total)));
}

/** The first index whose value is above `value`, by halving. */
function firstAbove(ends: Float64Array, value: number): number {
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? Infinity) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
