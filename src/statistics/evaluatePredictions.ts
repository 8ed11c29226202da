import { binaryScores } from "./BinaryScores.js";
import { type ClassesEvaluation, evaluateClasses, logitsOfClass } from "./evaluateClasses.js";
import { type EvaluateOptions, type Evaluation, evaluateScores } from "./evaluateScores.js";
import type { Predictions } from "./Predictions.js";

/**
 * The whole evaluation of a net's predictions, by patient where patients are known.
 * @param positive the class that is judged against the rest; undefined: each of them, and their means
 * @throws UserError when there is no such class, an item has no label, or a probability is not a number
 */
export function evaluatePredictions(
  preds: Predictions,
  positive: string | undefined,
  options: EvaluateOptions = {},
): Evaluation | ClassesEvaluation {
  const groups = preds.patients;
  if (positive === undefined) return evaluateClasses({ ...preds, groups }, options);
  return evaluateScores(
    { ...binaryScores(preds, positive), logits: logitsOfClass(preds, positive), groups },
    options,
  );
}
