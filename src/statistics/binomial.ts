import { checkInteger, checkNumber } from "../core/checkNumber.js";

/**
 * The probabilities of at most 0, 1, ... n hits in `n` tries that hit with the probability `p`, one after the other.
 * Terms are added as logarithms: the single ones may be smaller than any number.
 */
function* cumulative(n: number, p: number): Generator<number> {
  checkInteger("n", n, 0);
  checkNumber("p", p, { from: 0, to: 1 });
  let logTerm = n * Math.log1p(-p);
  let total = 0;
  for (let k = 0; k < n; k++) {
    total += p === 1 ? 0 : Math.exp(logTerm);
    yield Math.min(1, total);
    logTerm += Math.log((n - k) / (k + 1)) + Math.log(p) - Math.log1p(-p);
  }
  yield 1;
}

/** The fewest hits in `n` tries that are not exceeded with a probability of at least `q`. */
export function binomialQuantile(q: number, n: number, p: number): number {
  let hits = 0;
  for (const probability of cumulative(n, p)) {
    if (probability >= q) return hits;
    hits++;
  }
  return n;
}

/**
 * The most misses among n that still refute, at the level `delta`, that the share of hits is below `share`: the largest
 * m for which a binomial variable with miss probability 1 - share is at most m with a probability of at most `delta`.
 * @returns -1 where n is too small for any
 */
export function mostMisses(n: number, share: number, delta: number): number {
  let misses = 0;
  for (const probability of cumulative(n, 1 - share)) {
    if (probability > delta) return misses - 1;
    misses++;
  }
  return n - 1;
}
