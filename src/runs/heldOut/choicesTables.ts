import type { Table } from "../../core/Display.js";
import type { ClassificationInterpretation } from "../../interpretation/ClassificationInterpretation.js";
import { intervalsInWords } from "../../interpretation/imagesInWords.js";
import { decisionInWords } from "../../statistics/DecisionThreshold.js";
import { aucInterval, aucParts } from "../../statistics/deLong.js";
import { formatEstimated, formatInterval, formatShare } from "../../statistics/format.js";
import type { BinaryScores } from "../../statistics/BinaryScores.js";
import { numberedGroups } from "../../statistics/Groups.js";
import { type Share, shareOfTrue } from "../../statistics/Share.js";
import { valueAt } from "../../core/valueAt.js";
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
    row(measureNames.auroc, (interp) =>
      threshold === undefined ? formatShare(interp.areaUnderRoc()) : estimatedAuc(interp),
    ),
    ...(threshold === undefined
      ? meansOver.map((name) => row(measureNames[name], (interp) => formatShare(interp[name]().value)))
      : atThreshold.map((name) =>
          row(measureNames[name], (interp) => formatEstimated(interp.binary().shares(threshold)[name])),
        )),
    ...(threshold === undefined || !tested.preds.patients
      ? []
      : [
          row("patients of whom all positive images are found", (interp) =>
            formatEstimated(patientsFound(interp.binary().scored, threshold.threshold)),
          ),
        ]),
    ...(threshold === undefined
      ? []
      : [row("Brier score", (interp) => formatShare(interp.binary().brierScore()))]),
  ];
  return {
    caption:
      `${heldOut.measuredOf}, ${decisionInWords(heldOut.preds.classes, threshold)}; in brackets: ` +
      `${intervalsInWords(tested.preds.patients)}. On the images that it was chosen on a threshold looks better than it is`,
    columns: ["measure", `${heldOut.images} (chosen here)`, tested.images],
    rows,
  };
}

/** `0.934 (0.902 to 0.957)`; without an interval where a class has too few patients for one. */
function estimatedAuc(interp: ClassificationInterpretation): string {
  const { scored } = interp.binary();
  const { positive, negative } = aucParts(scored, scored.groups).groups;
  if (positive < 2 || negative < 2) return formatShare(interp.areaUnderRoc());
  const { auc, logitInterval } = aucInterval(scored);
  return `${formatShare(auc)} (${formatInterval(logitInterval)})`;
}

/** The share of the patients with a positive image whose positive images all reach the threshold. */
function patientsFound({ scores, positive, groups }: BinaryScores, threshold: number): Share {
  const { of, count } = numberedGroups(scores.length, groups);
  const lowest = new Float64Array(count).fill(Infinity);
  for (const [i, patient] of of.entries()) {
    if (positive[i] === 1) lowest[patient] = Math.min(valueAt(lowest, patient), valueAt(scores, i));
  }
  return shareOfTrue(
    Array.from(
      lowest.filter((score) => score < Infinity),
      (score) => score >= threshold,
    ),
  );
}

const meansOver = ["errorRate", "precision", "recall", "specificity"] as const;

const atThreshold = ["recall", "specificity", "precision", "negativePredictiveValue", "accuracy"] as const;
