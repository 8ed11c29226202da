/** The sum of numbers; 0 for none. */
export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** The arithmetic mean; NaN for no numbers. */
export function mean(values: Iterable<number> & { readonly length: number }): number {
  return sum(values) / values.length;
}
