import { conformalSet, isUncertain } from "../../statistics/conformalSets.js";
import { predictedClass } from "../../statistics/DecisionThreshold.js";
import type { Predictions } from "../../statistics/Predictions.js";
import { type Share, shareOfTrue } from "../../statistics/Share.js";
import type { Choices } from "./Choices.js";

/** How many images a net gives a certain answer for, and how many of these answers are right. */
export interface CertainAnswers {
  /** Among all images those whose predicted class is the only possible one. */
  readonly certain: Share;
  /** Among these those whose class was predicted. */
  readonly right: Share;
}

/** What a net that is exported with these choices answers; undefined where they have no conformal sets. */
export function certainAnswers(
  { probs, y, classes }: Predictions,
  { threshold, conformalSets }: Choices,
): CertainAnswers | undefined {
  if (!conformalSets) return undefined;
  const c = classes.length;
  const answers = Array.from(y, (label, i) => {
    const own = probs.subarray(i * c, (i + 1) * c);
    const predicted = predictedClass(own, classes, threshold);
    return { certain: !isUncertain(conformalSet(own, conformalSets), predicted), right: predicted === label };
  });
  const certain = answers.filter((answer) => answer.certain);
  return {
    certain: shareOfTrue(answers.map((answer) => answer.certain)),
    right: shareOfTrue(certain.map(({ right }) => right)),
  };
}
