import { inColumns, withWords } from "../core/withWords.js";
import type { ClassesEvaluation } from "./evaluateClasses.js";
import type { Evaluation } from "./evaluateScores.js";
import { formatInterval } from "./format.js";
import type { Measure } from "./Measure.js";
import { measureNames } from "./measureNames.js";

/**
 * The same evaluation, which is shown by its main measures in a few lines.
 * @param of what was evaluated, such as "cat on 624 test images"
 */
export const evaluationInWords = <T extends Evaluation | ClassesEvaluation>(found: T, of: string): T =>
  withWords(found, () => inWords(found, of));

function inWords(found: Evaluation | ClassesEvaluation, of: string): string {
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
  return `Evaluation of ${of}:\n${inColumns(rows)}`;
}

const row = (name: string, { value, low, high }: Measure): string[] => [
  name,
  value === null ? "–" : value.toFixed(3),
  low === null || high === null ? "" : `95% CI ${formatInterval([low, high])}`,
];
