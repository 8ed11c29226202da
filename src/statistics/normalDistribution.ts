/** The two-sided 95% quantile of the normal distribution. */
export const z95 = 1.959963984540054;

/** The probability that a normal variable lies at least |z| standard deviations from its mean, to 1e-13. */
export function twoSidedP(z: number): number {
  return erfc(Math.abs(z) / Math.SQRT2);
}

/** 1 - erf(x) for x >= 0: the series near 0, Lentz's continued fraction beyond (Abramowitz and Stegun 7.1.6, 7.1.14). */
function erfc(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (x < 2) {
    let [term, sum] = [x, x];
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let fraction = 0;
  for (let n = 120; n >= 1; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction));
}
