import { shortNumber } from "../../core/shortNumber.js";
import { thresholdInWords } from "../../statistics/DecisionThreshold.js";
import type { ExportedLearner } from "../inference/ExportedLearner.js";

/** What makes a class of a net's outputs. */
export type CardDecision = Pick<ExportedLearner, "classes" | "threshold" | "temperature" | "labelThresholds">;

/** By what a class is predicted, and from which probabilities. */
export function decisionOf({ classes, temperature = 1, ...rule }: CardDecision): string {
  const at = temperature === 1 ? "" : ` of probabilities at a temperature of ${shortNumber(temperature, 4)}`;
  return `by ${thresholdInWords(classes, rule)}${at}`;
}

/** Whether two predict the same of the same outputs. */
export const decidesAlike = (a: CardDecision, b: CardDecision): boolean =>
  (a.temperature ?? 1) === (b.temperature ?? 1) &&
  a.threshold?.positiveClass === b.threshold?.positiveClass &&
  a.threshold?.threshold === b.threshold?.threshold;
