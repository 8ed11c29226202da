import { inColumns } from "../core/withWords.js";
import type { ClassesEvaluation } from "../statistics/evaluateClasses.js";
import type { Evaluation } from "../statistics/evaluateScores.js";
import { formatInterval } from "../statistics/format.js";
import type { Measure } from "../statistics/Measure.js";
import { measureNames } from "../statistics/measureNames.js";

/** An evaluation's main measures in a few lines; `showEvaluation` shows all of it. */
export function evaluationInWords(
  found: Evaluation | ClassesEvaluation,
  images: string,
  positiveClass: string | undefined,
): string {
  const isOne = "auc" in found;
  const { auc, sensitivity, specificity, ppv, npv } = isOne ? found : found.macro;
  const rows = [
    row(measureNames.auroc, auc),
    ...(isOne ? [row("calibration slope", found.calibration.slope)] : []),
    row(measureNames.recall, sensitivity),
    row(measureNames.specificity, specificity),
    row(measureNames.precision, ppv),
    row(measureNames.negativePredictiveValue, npv),
    row(measureNames.accuracy, found.accuracy),
  ];
  const whose = isOne
    ? (positiveClass ?? "the positive class")
    : `${Object.keys(found.classes).length} classes`;
  return `Evaluation of ${whose} on ${images}; showEvaluation() shows all of it:\n${inColumns(rows)}`;
}

const row = (name: string, { value, low, high }: Measure): string[] => [
  name,
  value === null ? "–" : value.toFixed(3),
  low === null || high === null ? "" : `95% CI ${formatInterval([low, high])}`,
];
