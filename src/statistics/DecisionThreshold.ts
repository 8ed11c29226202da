import { UserError } from "../core/errors.js";
import { checkNumber } from "../core/checkNumber.js";
import { valueAt } from "../core/valueAt.js";
import { argmax } from "./argmax.js";
import { formatThreshold } from "./format.js";
import { nameInText } from "../core/nameInText.js";

/** From which probability on a class is predicted, in place of the most probable class. */
export interface DecisionThreshold {
  /** The class that is predicted. */
  readonly positiveClass: string;
  /** It is predicted from this probability on; in 0..1. */
  readonly threshold: number;
  /** What it was chosen for, in words. */
  readonly rule?: string;
}

/**
 * The threshold, when it fits the classes; nothing else that the object may hold.
 * @throws UserError naming the class or the value that is wrong
 */
export function checkedThreshold(
  { positiveClass, threshold, rule }: DecisionThreshold,
  classes: readonly string[],
): DecisionThreshold {
  if (!classes.includes(positiveClass)) {
    throw new UserError(
      `The threshold is one for ${JSON.stringify(positiveClass)}, and there is no such class.`,
      `Choose it on predictions of these classes: ${classes.join(", ")}.`,
    );
  }
  if (threshold === Infinity) {
    throw new UserError(
      `threshold is Infinity: no image would be predicted ${nameInText(positiveClass)}.`,
      "Choose it by another rule, such as a recall, or on other predictions.",
    );
  }
  return { positiveClass, threshold: checkNumber("threshold", threshold, { from: 0, to: 1 }), rule };
}

/**
 * The index of the class that is predicted: that of the threshold from its probability on, else the most probable one of
 * the others; without a threshold the most probable one of all.
 * @param probabilities of each class, in their order
 */
export function predictedClass(
  probabilities: Float32Array,
  classes: readonly string[],
  decision?: DecisionThreshold,
): number {
  if (!decision) return argmax(probabilities, 0, probabilities.length);
  const positive = classes.indexOf(decision.positiveClass);
  if (valueAt(probabilities, positive) >= decision.threshold) return positive;
  const others = probabilities.slice();
  others[positive] = -Infinity;
  return argmax(others, 0, others.length);
}

/** By what a class is predicted, in a sentence without its full stop. */
export function decisionSentence(classes: readonly string[], decision?: DecisionThreshold): string {
  if (!decision) return `The ${classes.length === 2 ? "more" : "most"} probable class is predicted`;
  const { positiveClass, threshold, rule } = decision;
  const from = `${nameInText(positiveClass)} is predicted from a probability of ${formatThreshold(threshold, 3)} on`;
  return rule === undefined ? from : `${from}, which was chosen for ${rule}`;
}

/** By what a class is predicted, in a few words. */
export function thresholdInWords(classes: readonly string[], decision?: DecisionThreshold): string {
  if (!decision) return classes.length === 2 ? "threshold 0.5" : "the most probable class";
  const { positiveClass, threshold } = decision;
  return `threshold ${formatThreshold(threshold, 3)} for ${nameInText(positiveClass)}`;
}

/** The same, and what the threshold was chosen for. */
export function decisionInWords(classes: readonly string[], decision?: DecisionThreshold): string {
  const chosen = decision?.rule === undefined ? "" : `, chosen for ${decision.rule}`;
  return thresholdInWords(classes, decision) + chosen;
}
