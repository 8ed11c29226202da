import { nameInText } from "../core/nameInText.js";
import { percent } from "../core/percent.js";
import { valueAt } from "../core/valueAt.js";
import { findLabelIssues } from "../statistics/findLabelIssues.js";
import type { AuditFinding } from "./DataAudit.js";
import type { OutOfFold } from "./outOfFold.js";

/** Labels that confident learning suspects, the most suspected first: those whose own class is the least probable. */
export function labelFindings({ judged, classes, y, probs }: OutOfFold): AuditFinding[] {
  if (judged.length === 0) return [];
  const { issues } = findLabelIssues({ probs, y, classes });
  return issues.map(({ index, given, predicted, selfConfidence }) => {
    const other = valueAt(probs, index * classes.length + classes.indexOf(predicted));
    const [own, likely] = [nameInText(given), nameInText(predicted)];
    return {
      kind: "label" as const,
      item: valueAt(judged, index),
      score: 1 - selfConfidence,
      reason:
        `It is labelled ${own}, and images like it are mostly ${likely}: ` +
        `the probability of ${likely} is ${inWords(other)}, that of ${own} ${inWords(selfConfidence)}.`,
      suggested: predicted,
    };
  });
}

/** More digits than the fit has would promise too much. */
function inWords(probability: number): string {
  if (probability < 0.001) return "below 0.1%";
  return probability > 0.999 ? "above 99.9%" : percent(probability);
}
