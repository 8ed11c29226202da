import { valueAt } from "../core/valueAt.js";
import { binaryScores } from "./BinaryScores.js";
import { calledFrom, itemsOfClass } from "./classShares.js";
import { classIndex } from "./classIndex.js";
import type { EvaluatedPredictions } from "./evaluateClasses.js";
import type { EvaluatedScores } from "./evaluateScores.js";

/** One class against the rest, and what its items are called. */
export interface ScoresOfClass {
  readonly items: EvaluatedScores & Required<Pick<EvaluatedScores, "called">>;
  /** From which score on they are called positive; undefined: by the most probable class of several. */
  readonly threshold: number | undefined;
}

/**
 * One class against the rest.
 * @param given an item with a probability from here on is called positive; undefined: by its most probable class
 * @throws UserError when there is no such class, an item has no label, or a probability is not a number
 */
export function scoresOfClass(preds: EvaluatedPredictions, positive: string, given?: number): ScoresOfClass {
  const scored = binaryScores(preds, positive);
  const called =
    given === undefined
      ? itemsOfClass(preds, classIndex(preds.classes, positive)).predicted
      : calledFrom(scored.scores, given);
  return {
    items: { ...scored, logits: logitsOfClass(preds, positive), groups: preds.groups, called },
    // Of two classes the more probable one has a probability of one half or more; equal ones are the first class.
    threshold: given ?? (preds.classes.length === 2 ? 0.5 : undefined),
  };
}

/** The logits of one class against the others, from stored probabilities: they keep the digits that 1 - p loses. */
export function logitsOfClass({ probs, y, classes }: EvaluatedPredictions, positive: string): Float64Array {
  const [c, k] = [classes.length, classIndex(classes, positive)];
  // The smallest number of single precision: a probability of 0 was no smaller than half of it.
  const log = (p: number) => Math.log(Math.max(p, 2 ** -149));
  return Float64Array.from(y, (_, i) => {
    let others = 0;
    for (let j = 0; j < c; j++) if (j !== k) others += valueAt(probs, i * c + j);
    return log(valueAt(probs, i * c + k)) - log(others);
  });
}
