import { checkNumber } from "../core/checkNumber.js";

/** What an answer is worth where so many are ill. */
export interface PredictiveValues {
  /** The share of the ill among those who are tested, in 0..1. */
  readonly prevalence: number;
  /** Positive predictive value: the share of those called positive that are; NaN where nobody is called. */
  readonly positive: number;
  /** Negative predictive value: the share of those called negative that are. */
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
  const [ill, well] = [prevalence, 1 - prevalence];
  const called = recall * ill + (1 - specificity) * well;
  const cleared = (1 - recall) * ill + specificity * well;
  return { prevalence, positive: (recall * ill) / called, negative: (specificity * well) / cleared };
}
