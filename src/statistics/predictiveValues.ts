import { withFields } from "../core/resultTables.js";
import { checkNumber } from "../core/checkNumber.js";
import { negativePredictiveValueOf, precisionOf } from "./Counts.js";

/** What a prediction is worth at a prevalence. */
export interface PredictiveValues {
  /** The share of positives among those who are tested, in 0..1. */
  readonly prevalence: number;
  /** Positive predictive value: the share of those predicted positive that are; NaN where none is. */
  readonly positive: number;
  /** Negative predictive value: the share of those predicted negative that are; NaN where none is. */
  readonly negative: number;
}

/**
 * Predictive values at another prevalence than the test set's, by Bayes' rule: recall and specificity are taken to be
 * the same there, precision is not.
 * @throws UserError when a share is not in 0..1
 */
export function predictiveValues(recall: number, specificity: number, prevalence: number): PredictiveValues {
  for (const [name, value] of Object.entries({ recall, specificity, prevalence })) {
    checkNumber(name, value, { from: 0, to: 1 });
  }
  const counts = {
    tp: recall * prevalence,
    fp: (1 - specificity) * (1 - prevalence),
    fn: (1 - recall) * prevalence,
    tn: specificity * (1 - prevalence),
  };
  return withFields("Predictive values", {
    prevalence,
    positive: precisionOf(counts).value,
    negative: negativePredictiveValueOf(counts).value,
  });
}
