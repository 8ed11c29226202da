import { checkOneOf } from "../core/checkNumber.js";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const columns = (matrix: readonly (readonly number[])[]): number[] =>
  matrix.map((_, predicted) => sum(matrix.map((row) => row[predicted] ?? 0)));

/** How far apart two classes count as: all alike, by their distance in the order, or by its square. */
export type KappaWeights = "none" | "linear" | "quadratic";

/** @throws UserError for any others */
export const kappaWeights = (weights: KappaWeights): KappaWeights =>
  checkOneOf("weights", weights, ["none", "linear", "quadratic"]);

/**
 * Cohen's kappa (1960, weighted 1968): agreement of actual and predicted beyond what chance gives, from 1 over 0 to
 * below. NaN where one class is all there is.
 */
export function cohenKappa(matrix: readonly (readonly number[])[], weights: KappaWeights = "none"): number {
  const power = { none: 0, linear: 1, quadratic: 2 }[kappaWeights(weights)];
  const [actual, predicted] = [matrix.map(sum), columns(matrix)];
  const total = sum(actual);
  let [observed, expected] = [0, 0];
  matrix.forEach((row, i) => {
    row.forEach((count, j) => {
      const weight = i === j ? 0 : Math.abs(i - j) ** power;
      observed += weight * count;
      expected += (weight * (actual[i] ?? 0) * (predicted[j] ?? 0)) / total;
    });
  });
  return 1 - observed / expected;
}

/**
 * Matthews' correlation coefficient (1975; for many classes Gorodkin, 2004), in -1..1. As in scikit-learn it is 0 where
 * all items are of one class or all are predicted to be.
 */
export function matthewsCorrcoef(matrix: readonly (readonly number[])[]): number {
  const [actual, predicted] = [matrix.map(sum), columns(matrix)];
  const total = sum(actual);
  const correct = sum(matrix.map((row, i) => row[i] ?? 0));
  const dot = (a: readonly number[], b: readonly number[]) => sum(a.map((value, i) => value * (b[i] ?? 0)));
  const covariance = (a: readonly number[], b: readonly number[]) => total ** 2 - dot(a, b);
  const product = covariance(actual, actual) * covariance(predicted, predicted);
  return product === 0 ? 0 : (correct * total - dot(actual, predicted)) / Math.sqrt(product);
}
