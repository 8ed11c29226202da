import { type ClassesEvaluation, evaluateClasses } from "./evaluateClasses.js";
import { type EvaluateOptions, type Evaluation, evaluateScores } from "./evaluateScores.js";
import type { Predictions } from "./Predictions.js";
import { scoresOfClass } from "./scoresOfClass.js";

/**
 * The whole evaluation of a net's predictions, by patient where patients are known. Without a threshold an item is called
 * after its most probable class, the first of equals, as the confusion matrix counts it.
 * @param positive the class that is judged against the rest; undefined: each of them, and their means
 * @throws UserError when there is no such class, an item has no label, or a probability is not a number
 */
export function evaluatePredictions(
  { patients, ...preds }: Predictions,
  positive: string | undefined,
  options: EvaluateOptions = {},
): Evaluation | ClassesEvaluation {
  const evaluated = { ...preds, groups: patients };
  if (positive === undefined) return evaluateClasses(evaluated, options);
  const { items, threshold } = scoresOfClass(evaluated, positive, options.threshold);
  return evaluateScores(items, { ...options, threshold });
}
