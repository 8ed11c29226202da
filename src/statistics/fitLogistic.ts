import { type NumberedGroups, sumByGroup } from "./Groups.js";
import { UserError } from "../core/errors.js";
import { mean } from "./sum.js";

/** A coefficient of a logistic regression. */
export interface Coefficient {
  readonly value: number;
  /** Robust to groups; NaN where there is one group only. */
  readonly standardError: number;
}

/** 1 / (1 + exp(-x)). */
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * The intercept of a logistic regression whose linear predictor is `offset` plus the intercept, with the standard error
 * of Liang and Zeger (1986) and statsmodels' factor, K/(K-1).
 * @param y 0 or 1, both of them there
 */
export function fitIntercept(
  y: ArrayLike<number>,
  offset: Float64Array,
  groups: NumberedGroups,
): Coefficient {
  // The score is monotone: Newton's steps, and halving wherever one would leave the bracket.
  let reach = 50;
  for (const x of offset) reach = Math.max(reach, Math.abs(x) + 50);
  let [low, high, value] = [-reach, reach, 0];
  for (let step = 0; step < 200; step++) {
    let [score, information] = [0, 0];
    for (const [i, x] of offset.entries()) {
      const p = sigmoid(x + value);
      score += (y[i] ?? 0) - p;
      information += p * (1 - p);
    }
    if (score > 0) low = value;
    else high = value;
    const next = value + score / information;
    const before = value;
    value = next > low && next < high ? next : (low + high) / 2;
    if (Math.abs(value - before) <= 1e-14 * Math.max(1, Math.abs(value))) break;
  }
  const fitted = offset.map((x) => sigmoid(x + value));
  const residuals = fitted.map((p, i) => (y[i] ?? 0) - p);
  const information = fitted.reduce((sum, p) => sum + p * (1 - p), 0);
  const squares = sumByGroup(residuals, groups).reduce((sum, each) => sum + each * each, 0);
  const { count } = groups;
  const factor = count < 2 ? NaN : count / (count - 1);
  return { value, standardError: Math.sqrt(factor * squares) / information };
}

/**
 * The slope of a logistic regression on `x`, beside an intercept, with the standard error of Liang and Zeger (1986) and
 * statsmodels' factor, K/(K-1) (n-1)/(n-2).
 * @param y 0 or 1; `x` does not separate them, and is not everywhere the same
 * @throws UserError where the likelihood has no maximum that can be found
 */
export function fitSlope(y: ArrayLike<number>, x: Float64Array, groups: NumberedGroups): Coefficient {
  const n = x.length;
  const middle = mean(x);
  const scale = Math.sqrt(mean(x.map((value) => (value - middle) ** 2)));
  const z = x.map((value) => (value - middle) / scale);
  const likelihood = (a: number, b: number): number => {
    let total = 0;
    for (const [i, value] of z.entries()) {
      const eta = a + b * value;
      total += (y[i] ?? 0) * eta - Math.max(eta, 0) - Math.log1p(Math.exp(-Math.abs(eta)));
    }
    return total;
  };
  let [a, b] = [0, 0];
  let best = likelihood(a, b);
  for (let step = 0; ; step++) {
    const { score, inverse } = derivatives(y, z, a, b);
    const [da, db] = [
      inverse[0] * score[0] + inverse[1] * score[1],
      inverse[1] * score[0] + inverse[2] * score[1],
    ];
    if (step === 200 || !Number.isFinite(da + db)) {
      throw new UserError(
        "The logistic regression does not converge.",
        "Look at the scores: they almost separate the classes.",
      );
    }
    let part = 1;
    let next = likelihood(a + da, b + db);
    while (!(next >= best) && part > 1e-10) {
      part /= 2;
      next = likelihood(a + part * da, b + part * db);
    }
    [a, b, best] = [a + part * da, b + part * db, Math.max(next, best)];
    if (Math.abs(da) + Math.abs(db) <= 1e-11 * (1 + Math.abs(a) + Math.abs(b))) break;
  }
  const { inverse, residuals } = derivatives(y, z, a, b);
  // The slope's row of the inverse times each group's score.
  const parts = residuals.map((residual, i) => (inverse[1] + inverse[2] * (z[i] ?? 0)) * residual);
  const squares = sumByGroup(parts, groups).reduce((sum, each) => sum + each * each, 0);
  const { count } = groups;
  const factor = count < 2 ? NaN : ((count / (count - 1)) * (n - 1)) / (n - 2);
  return { value: b / scale, standardError: Math.sqrt(factor * squares) / scale };
}

/** The score, and the inverse of the information as its upper triangle. */
function derivatives(y: ArrayLike<number>, z: Float64Array, a: number, b: number) {
  const residuals = new Float64Array(z.length);
  let [s0, s1, i00, i01, i11] = [0, 0, 0, 0, 0];
  for (const [i, value] of z.entries()) {
    const p = sigmoid(a + b * value);
    const weight = p * (1 - p);
    const residual = (y[i] ?? 0) - p;
    residuals[i] = residual;
    s0 += residual;
    s1 += residual * value;
    i00 += weight;
    i01 += weight * value;
    i11 += weight * value * value;
  }
  const determinant = i00 * i11 - i01 * i01;
  const inverse = [i11 / determinant, -i01 / determinant, i00 / determinant] as const;
  return { score: [s0, s1] as const, inverse, residuals };
}
