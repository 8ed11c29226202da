/** The index of the smallest value, the first one of equals; NaN is never the smallest. 0 where there is none. */
export function argmin(values: readonly number[]): number {
  let [best, least] = [0, Infinity];
  for (const [i, value] of values.entries()) {
    if (value < least) [best, least] = [i, value];
  }
  return best;
}
