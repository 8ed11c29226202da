import type { Table } from "../../core/Display.js";
import type { ClassificationInterpretation } from "../../interpretation/ClassificationInterpretation.js";
import { accuracyOf } from "../../statistics/confusionMatrix.js";
import {
  type Counts,
  matrixOf,
  negativePredictiveValueOf,
  precisionOf,
  recallOf,
  specificityOf,
} from "../../statistics/Counts.js";
import { decisionInWords } from "../../statistics/DecisionThreshold.js";
import { formatEstimated, formatShare } from "../../statistics/format.js";
import { measureNames } from "../../statistics/measureNames.js";
import type { Choices } from "./Choices.js";

/** What was chosen, on which images. */
export function choicesTable(
  { epochs, temperature, threshold }: Choices,
  heldOut: ClassificationInterpretation,
): Table {
  const stages = Object.entries(epochs).map(([phase, { trained, chosen }]) => [
    `epoch of the ${phase} stage`,
    `${chosen} of ${trained}`,
    "the lowest loss",
  ]);
  return {
    caption: `Chosen on ${heldOut.images}; no test image was opened before`,
    columns: ["choice", "value", "by"],
    rows: [
      ...stages,
      ["temperature", formatShare(temperature), "the likeliest probabilities"],
      [
        "threshold",
        threshold === undefined
          ? "none"
          : `${formatShare(threshold.threshold)} for ${threshold.positiveClass}`,
        threshold?.rule ?? "the most probable class is predicted, since no class is positive",
      ],
    ],
  };
}

/** The measures on the held-out images, which the choices were made on, and on the test images. */
export function resultsTable(
  { threshold }: Choices,
  heldOut: ClassificationInterpretation,
  tested: ClassificationInterpretation,
): Table {
  const sets = [heldOut, tested];
  const row = (name: string, of: (interp: ClassificationInterpretation) => string): string[] => [
    name,
    ...sets.map(of),
  ];
  const rows = [
    row(measureNames.auroc, (interp) => formatShare(interp.areaUnderRoc())),
    ...(threshold === undefined
      ? meansOver.map((name) => row(measureNames[name], (interp) => formatShare(interp[name]().value)))
      : atThreshold.map(([name, of]) =>
          row(measureNames[name], (interp) => formatEstimated(of(interp.binary().counts(threshold)))),
        )),
    ...(threshold === undefined
      ? []
      : [row("Brier score", (interp) => formatShare(interp.binary().brierScore()))]),
  ];
  return {
    caption:
      `${heldOut.measuredOf}, ${decisionInWords(heldOut.preds.classes, threshold)}; in brackets: Wilson's 95% ` +
      "confidence intervals. On the images that it was chosen on a threshold looks better than it is",
    columns: ["measure", `${heldOut.images} (chosen here)`, tested.images],
    rows,
  };
}

const meansOver = ["errorRate", "precision", "recall", "specificity"] as const;

const atThreshold = [
  ["recall", recallOf],
  ["specificity", specificityOf],
  ["precision", precisionOf],
  ["negativePredictiveValue", negativePredictiveValueOf],
  ["accuracy", (counts: Counts) => accuracyOf(matrixOf(counts))],
] as const;
