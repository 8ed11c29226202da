/**
 * The most misses among n that still refute, at the level `delta`, that the share of hits is below `share`: the largest
 * m for which a binomial variable with miss probability 1 - share is at most m with a probability of at most `delta`.
 * @returns -1 where n is too small for any
 */
export function mostMisses(n: number, share: number, delta: number): number {
  const [logHit, logMiss] = [Math.log(share), Math.log1p(-share)];
  // Logarithms: the single terms may be smaller than any number.
  let logTerm = n * logHit;
  let below = 0;
  for (let m = 0; m < n; m++) {
    below += Math.exp(logTerm);
    if (below > delta) return m - 1;
    logTerm += Math.log((n - m) / (m + 1)) + logMiss - logHit;
  }
  return n - 1;
}
