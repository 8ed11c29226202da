import type { Predictions } from "../../statistics/Predictions.js";
import type { Table } from "../../core/Display.js";
import { valueAt } from "../../core/valueAt.js";
import { measureCells } from "../../interpretation/measureTable.js";
import { aucMeasure } from "../../statistics/aucMeasure.js";
import type { ClassificationInterpretation } from "../../interpretation/ClassificationInterpretation.js";
import { intervalsInWords } from "../../statistics/imagesInWords.js";
import { decisionInWords } from "../../statistics/DecisionThreshold.js";
import {
  conformalCoverage,
  conformalNeeds,
  type ConformalSets,
  conformalSetsInWords,
} from "../../statistics/conformalSets.js";
import { formatCounted, formatEstimated, formatShare, formatThreshold } from "../../statistics/format.js";
import type { BinaryScores } from "../../statistics/BinaryScores.js";
import { certainAnswers } from "./certainAnswers.js";
import { lowestPositives } from "../../statistics/lowestPositives.js";
import { type Share, shareOfTrue } from "../../statistics/Share.js";
import { ofIndependent } from "../../statistics/wilsonInterval.js";
import { measureNames } from "../../statistics/measureNames.js";
import type { ChosenEpoch, Choices } from "./Choices.js";
import { nameInText } from "../../core/nameInText.js";

/** What was chosen, on which images. */
export function choicesTable(
  { epochs, temperature, threshold, promise, conformalSets, apart = false }: Choices,
  heldOut: ClassificationInterpretation,
): Table {
  const stages = Object.entries(epochs).map(([phase, epoch]) => [
    `epoch of the ${phase} stage`,
    `${epoch.chosen ?? "unknown"} of ${epoch.trained}`,
    whyInWords(epoch, apart),
  ]);
  return {
    caption: `Chosen on ${heldOut.images}; no test image was opened before`,
    columns: ["choice", "value", "by"],
    rows: [
      ...stages,
      [
        "temperature",
        formatShare(temperature),
        temperature === 1 ? "left as it is: these images determine none" : "the likeliest probabilities",
      ],
      [
        "threshold",
        threshold === undefined
          ? "none"
          : `${formatThreshold(threshold.threshold, 3)} for ${nameInText(threshold.positiveClass)}`,
        threshold?.rule ?? `the most probable class is predicted, since ${whyNone(heldOut)}`,
      ],
      ...(conformalSets ? [setsRow(conformalSets, heldOut)] : []),
    ],
    note:
      apart || isExact(epochs, promise)
        ? undefined
        : "The promise of the threshold is not exact: the same images chose the epoch.",
  };
}

/** Why no threshold was chosen. */
const whyNone = ({ positiveClass, preds }: ClassificationInterpretation): string =>
  positiveClass === undefined
    ? "no class is positive"
    : `these images are all ${nameInText(preds.classes[preds.y[0] ?? 0] ?? "")}`;

/** Why a stage's net is of this epoch. */
function whyInWords({ trained, chosen, isLowest = true }: ChosenEpoch, apart: boolean): string {
  if (isLowest) return apart ? "the lowest loss on the validation images" : "the lowest loss";
  if (chosen === null) return "the net is not that of the end of one of these epochs, as far as is known";
  return `${chosen === trained ? "the last one" : "it was taken"}; another one had a lower loss`;
}

/** Whether the images had no part in the choice of the net that a threshold is promised of, or nothing is promised. */
const isExact = (epochs: Choices["epochs"], promise: Choices["promise"]): boolean =>
  (promise?.threshold ?? null) === null || Object.values(epochs).every(({ trained }) => trained === 1);

/** From which probability on a class is possible, and what is promised of that. */
function setsRow(sets: ConformalSets, { preds }: ClassificationInterpretation): string[] {
  const needed = conformalNeeds(sets.level);
  const unit = preds.patients ? (preds.groupNoun ?? "patient") : "image";
  const inWords = (units: number) => `${units} ${unit}${units === 1 ? "" : "s"}`;
  const counted = sets.classes
    .map((name, k) => `${inWords(sets.units[k] ?? 0)} with ${nameInText(name)}`)
    .join(", ");
  const few = sets.limits.includes(null) ? `; a limit takes ${inWords(needed)}` : "";
  return [
    "possible classes",
    conformalSetsInWords(sets),
    `keeping ${sets.level} of each class's images in it, by ${counted}${few}; where the predicted class is not the only one: uncertain`,
  ];
}

/** The measures on the held-out images, which the choices were made on, and on the test images. */
export function resultsTable(
  choices: Choices,
  heldOut: ClassificationInterpretation,
  tested: ClassificationInterpretation,
): Table {
  const { threshold } = choices;
  const ofTest = setsCells(tested.preds, choices);
  const sets = [heldOut, tested];
  const row = (name: string, of: (interp: ClassificationInterpretation) => string): string[] => [
    name,
    ...sets.map(of),
  ];
  const rows = [
    row(measureNames.auroc, (interp) =>
      interp.positiveClass === undefined ? formatShare(interp.areaUnderRoc()) : areaInWords(interp),
    ),
    ...(threshold === undefined
      ? meansOver.map((name) => row(measureNames[name], (interp) => formatShare(interp[name]().value)))
      : atThreshold.map((name) =>
          row(measureNames[name], (interp) => formatEstimated(interp.binary().shares(threshold)[name])),
        )),
    ...(threshold === undefined || !tested.preds.patients
      ? []
      : [
          row(`${tested.preds.groupNoun ?? "patient"}s of whom all positive images are found`, (interp) =>
            formatEstimated(ofIndependent(patientsFound(interp.binary().scored, threshold.threshold))),
          ),
        ]),
    ...(threshold === undefined
      ? []
      : [row("Brier score", (interp) => formatShare(interp.binary().brierScore()))]),
    ...setsCells(heldOut.preds, choices).map(([name, text], i) => [name, text, ofTest[i]?.[1] ?? ""]),
  ];
  const caption = [
    `${heldOut.measuredOf}, ${decisionInWords(heldOut.preds.classes, { threshold })}`,
    ...(heldOut.positiveClass === undefined
      ? []
      : [`; in brackets: ${intervalsInWords(tested.preds.patients, tested.preds.groupNoun)}`]),
    ...(threshold ? [". On the images that it was chosen on a threshold looks better than it is"] : []),
  ];
  return {
    caption: caption.join(""),
    columns: ["measure", `${heldOut.images} (chosen here)`, tested.images],
    rows,
  };
}

/**
 * How often the classes that an image may be of hold its own, and how often they leave no doubt: names and numbers. None
 * where the choices have no conformal sets.
 */
export function setsCells(preds: Predictions, choices: Choices): (readonly [name: string, text: string])[] {
  const { conformalSets } = choices;
  const answers = certainAnswers(preds, choices);
  if (!conformalSets || !answers) return [];
  const { coverageByClass } = conformalCoverage(preds, conformalSets);
  return [
    ...preds.classes.map(
      (name, k) =>
        [`${name} possible where it is ${name}`, formatShare(valueAt(coverageByClass, k))] as const,
    ),
    ["certain answers: the predicted class is the only possible one", formatCounted(answers.certain)],
    ["right among the certain answers", formatCounted(answers.right)],
  ];
}

/** `0.934 (0.902 to 0.957)`; with dashes where a class is absent, or has too few patients for an interval. */
function areaInWords(interp: ClassificationInterpretation): string {
  const { scored } = interp.binary();
  const [, value = "", interval = ""] = measureCells("", aucMeasure(scored, scored.groups));
  return `${value} (${interval})`;
}

/** The share of the patients with a positive image whose positive images all reach the threshold. */
export const patientsFound = (scored: BinaryScores, threshold: number): Share =>
  shareOfTrue(Array.from(lowestPositives(scored, scored.groups), (score) => score >= threshold));

const meansOver = ["errorRate", "precision", "recall", "specificity"] as const;

const atThreshold = ["recall", "specificity", "precision", "negativePredictiveValue", "accuracy"] as const;
