import { valueAt } from "../core/valueAt.js";

/**
 * Spearman's rank correlation, -1 to 1: the correlation of the values' ranks, equal values having the mean of theirs.
 * @param b as many as `a`
 * @returns NaN where all values of one are equal
 */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const middle = (x.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  x.forEach((rank, i) => {
    const [dx, dy] = [rank - middle, valueAt(y, i) - middle];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  });
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : NaN;
}

/** Ranks from 0 on; equal values have the mean of theirs. */
function ranksOf(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i);
  order.sort((i, j) => valueAt(values, i) - valueAt(values, j));
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[valueAt(order, end)] === values[valueAt(order, start)]) end++;
    for (const i of order.slice(start, end)) ranks[i] = (start + end - 1) / 2;
    start = end;
  }
  return ranks;
}
