import { checkInteger, checkNumber } from "../core/checkNumber.js";

/** The probability of at most `k` hits in `n` tries that hit with the probability `p`. */
export function binomialCdf(k: number, n: number, p: number): number {
  checkInteger("n", n, 0);
  checkNumber("p", p, { from: 0, to: 1 });
  if (k < 0) return 0;
  if (k >= n || p === 0) return 1;
  if (p === 1) return 0;
  let logTerm = n * Math.log1p(-p);
  let total = Math.exp(logTerm);
  for (let i = 1; i <= k; i++) {
    logTerm += Math.log((n - i + 1) / i) + Math.log(p) - Math.log1p(-p);
    total += Math.exp(logTerm);
  }
  return Math.min(1, total);
}

/** The fewest hits in `n` tries that are not exceeded with a probability of at least `q`. */
export function binomialQuantile(q: number, n: number, p: number): number {
  let k = 0;
  while (k < n && binomialCdf(k, n, p) < q) k++;
  return k;
}
