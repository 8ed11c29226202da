import { matrix as aMatrix } from "./argumentKinds.js";
import { checkArguments } from "../core/checkArguments.js";
import { checkOneOf } from "../core/checkNumber.js";
import { valueAt } from "../core/valueAt.js";
import { accuracyOf, columnSums, type ConfusionMatrix } from "./confusionMatrix.js";
import { sum } from "./sum.js";

/** How far apart two classes count as: all alike, by their distance in the order, or by its square. */
export type KappaWeights = "none" | "linear" | "quadratic";

/** @throws UserError for any others */
export const kappaWeights = (weights: KappaWeights): KappaWeights =>
  checkOneOf("weights", weights, ["none", "linear", "quadratic"]);

/**
 * Cohen's kappa (1960, weighted 1968): agreement of actual and predicted beyond what chance gives, from 1 over 0 to
 * below. NaN where one class is all there is.
 */
export function cohenKappa(matrix: ConfusionMatrix, weights: KappaWeights = "none"): number {
  checkArguments("cohenKappa(interp.confusionMatrix())", { matrix: [matrix, aMatrix] });
  const power = { none: 0, linear: 1, quadratic: 2 }[kappaWeights(weights)];
  const predicted = columnSums(matrix);
  const total = sum(predicted);
  let [observed, expected] = [0, 0];
  for (const [i, row] of matrix.entries()) {
    const actual = sum(row);
    for (const [j, count] of row.entries()) {
      const weight = i === j ? 0 : Math.abs(i - j) ** power;
      observed += weight * count;
      expected += (weight * actual * valueAt(predicted, j)) / total;
    }
  }
  return 1 - observed / expected;
}

/**
 * Matthews' correlation coefficient (1975; for many classes Gorodkin, 2004), in -1..1. As in scikit-learn it is 0 where
 * all items are of one class or all are predicted to be.
 */
export function matthewsCorrcoef(matrix: ConfusionMatrix): number {
  checkArguments("matthewsCorrcoef(interp.confusionMatrix())", { matrix: [matrix, aMatrix] });
  const [actual, predicted] = [matrix.map(sum), columnSums(matrix)];
  const { hits: correct, of: total } = accuracyOf(matrix);
  const dot = (a: readonly number[], b: readonly number[]) => sum(a.map((value, i) => value * valueAt(b, i)));
  const covariance = (a: readonly number[], b: readonly number[]) => total ** 2 - dot(a, b);
  const product = covariance(actual, actual) * covariance(predicted, predicted);
  return product === 0 ? 0 : (correct * total - dot(actual, predicted)) / Math.sqrt(product);
}
