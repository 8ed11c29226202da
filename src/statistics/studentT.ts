import { checkNumber } from "../core/checkNumber.js";

/**
 * The two-sided quantile of Student's t distribution (1908): a variable of it lies within plus and minus this with the
 * probability `coverage`. It is right to ten digits, and tends to the normal distribution's quantile.
 *
 * The variable is put as sqrt(degrees) tan(angle), whose density is proportional to cos(angle) ** (degrees - 1): it is
 * bounded and falls, so that Newton's steps approach the quantile from below and each adds its own part of the integral.
 * @param degrees of freedom, from 1 on; they need not be whole
 * @throws UserError when `degrees` is below 1, or `coverage` is not between 0 and 1
 */
export function studentT(degrees: number, coverage = 0.95): number {
  checkNumber("degrees", degrees, { from: 1 });
  checkNumber("coverage", coverage, { above: 0, below: 1 });
  const scale = (2 * gammaRatio(degrees / 2)) / Math.sqrt(Math.PI);
  // The power of the cosine, by way of the tangent: a cosine near 1 has lost its digits.
  const density = (angle: number) =>
    scale * Math.exp((-(degrees - 1) / 2) * Math.log1p(Math.tan(angle) ** 2));
  let [angle, covered] = [0, 0];
  while (coverage - covered > 1e-14) {
    const step = (coverage - covered) / density(angle);
    covered += integral(density, angle, angle + step);
    angle += step;
  }
  return Math.sqrt(degrees) * Math.tan(angle);
}

/** By Simpson's rule. */
function integral(f: (x: number) => number, from: number, to: number): number {
  const parts = 1000;
  const step = (to - from) / parts;
  let total = f(from) + f(to);
  for (let i = 1; i < parts; i++) total += (i % 2 === 0 ? 2 : 4) * f(from + i * step);
  return (total * step) / 3;
}

/** Gamma(a + 1/2) / Gamma(a): Stirling's series from 60 on (Tricomi and Erdelyi, 1951), below by the recurrence. */
function gammaRatio(a: number): number {
  if (a < 60) return (gammaRatio(a + 1) * a) / (a + 0.5);
  const x = 1 / (8 * a);
  return Math.sqrt(a) * (1 - x + x ** 2 / 2 + (5 * x ** 3) / 2 - (21 * x ** 4) / 8 - (399 * x ** 5) / 8);
}
