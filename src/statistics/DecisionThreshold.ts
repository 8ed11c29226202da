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

/** By what classes are predicted: a threshold, a threshold for each of several labels, or the most probable class. */
export interface DecisionRule {
  readonly threshold?: DecisionThreshold | undefined;
  readonly labelThresholds?: readonly number[] | undefined;
}

/** Such as "0.5", or "Effusion 0.3, Mass 0.5". */
function labelsInWords(classes: readonly string[], thresholds: readonly number[]): string {
  if (new Set(thresholds).size === 1) return formatThreshold(valueAt(thresholds, 0));
  return thresholds.map((value, k) => `${classes[k] ?? ""} ${formatThreshold(value)}`).join(", ");
}

/** By what a class is predicted, in a sentence without its full stop. */
export function decisionSentence(
  classes: readonly string[],
  { threshold: decision, labelThresholds }: DecisionRule,
): string {
  if (labelThresholds) {
    return `An image has each label whose probability reaches its threshold (${labelsInWords(classes, labelThresholds)})`;
  }
  if (!decision) return `The ${classes.length === 2 ? "more" : "most"} probable class is predicted`;
  const { positiveClass, threshold, rule } = decision;
  const from = `${nameInText(positiveClass)} is predicted from a probability of ${formatThreshold(threshold, 3)} on`;
  return rule === undefined ? from : `${from}, which was chosen for ${rule}`;
}

/** By what a class is predicted, in a few words. */
export function thresholdInWords(
  classes: readonly string[],
  { threshold: decision, labelThresholds }: DecisionRule,
): string {
  if (labelThresholds) return `thresholds ${labelsInWords(classes, labelThresholds)}`;
  if (!decision) return classes.length === 2 ? "threshold 0.5" : "the most probable class";
  const { positiveClass, threshold } = decision;
  return `threshold ${formatThreshold(threshold, 3)} for ${nameInText(positiveClass)}`;
}

/** The same, and what the threshold was chosen for. */
export function decisionInWords(classes: readonly string[], rule: DecisionRule): string {
  const { threshold } = rule;
  const chosen = threshold?.rule === undefined ? "" : `, chosen for ${threshold.rule}`;
  return thresholdInWords(classes, rule) + chosen;
}
