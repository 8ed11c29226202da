import { classCountsInWords } from "../core/classCounts.js";
import { groupsInWords } from "../core/groupNoun.js";
import { listed } from "../core/listed.js";
import type { ImageDataBunch } from "../data/ImageDataBunch.js";
import type { ImageDataset } from "../data/ImageDataset.js";
import { nounOf, patientsOf } from "../data/labels/patients.js";
import { formatInterval } from "../statistics/format.js";
import type { Evaluation } from "../statistics/evaluateScores.js";
import type { ClassesEvaluation } from "../statistics/evaluateClasses.js";
import type { Measure } from "../statistics/Measure.js";
import { imagesInWords, unknownGroups } from "../statistics/imagesInWords.js";
import { measureNames } from "../statistics/measureNames.js";
import { measuredOf } from "../statistics/positiveClass.js";
import { sum } from "../statistics/sum.js";
import { decisionOf } from "../training/card/cardDecision.js";
import type { CardFacts, CardMeasure, CardResults } from "../training/card/CardFacts.js";
import { kermanySource } from "../xrays/DataSource.js";
import { notMedical } from "../core/notMedical.js";
import { mayBeMedical } from "./mayBeMedical.js";
import type { RunData, SplitData } from "./RunData.js";
import { judgedSet, type RunMetrics } from "./RunMetrics.js";
import { nameInText } from "../core/nameInText.js";

/** A run's numbers as its net's model card has them. */
export interface CardedRun extends RunMetrics {
  readonly dataset: RunData;
  readonly evaluation: Evaluation | ClassesEvaluation;
}

/**
 * What a run has measured, for the model card of its net.
 * @param weights what tells the net's weights from others; see `weightsHash`
 * @param more facts that the numbers do not hold
 */
export function cardResults(run: CardedRun, weights: string, more: CardFacts = {}): CardResults {
  const { dataset, choices, classes, evaluation } = run;
  const set = judgedSet(run);
  const measures = measuresOf(evaluation);
  const positive = run.positiveClass ?? undefined;
  const decision = { classes, temperature: choices?.temperature, threshold: choices?.threshold };
  const caption = `Of ${measuredOf(classes, positive)}, ${decisionOf(decision)}, on ${imagesInWords(run.validSize, set, run.patients ?? undefined, run.groupNoun)}.`;
  return {
    ...{ weights, set, dataset: dataset.name, decision, measures, caption },
    ...(dataset.source === "kermany" && { tags: ["chest-x-ray", "pneumonia"] }),
    facts: { ...factsOf(run, { set, caption }), ...more },
  };
}

function factsOf(
  run: CardedRun,
  { set, caption }: { readonly set: string; readonly caption: string },
): CardFacts {
  const { dataset, choices, evaluation } = run;
  const judged = [measureNames.auroc, measureNames.recall, measureNames.specificity, measureNames.precision];
  return {
    ...(mayBeMedical(run) && { caution: notMedical }),
    ...{ data: sourceInWords(dataset), images: setsInWords(run, set) },
    subsets: subsetsInWords(run),
    evaluation:
      "Development, and evaluation on images of the same data set: " +
      (choices
        ? `${run.validSize} test images, which were opened once, when everything was chosen.`
        : set === "test"
          ? `the ${run.validSize} test images, which also served as validation set.`
          : `the ${run.validSize} validation images.`) +
      " No images of elsewhere were tested in this run.",
    measures:
      `Measured were ${listed([...judged, "calibration"])}, with 95% intervals, ` +
      (typeof run.patients === "number"
        ? `which take into account that ${run.groupNoun ?? "patient"}s have several images.`
        : `which take images as independent: ${unknownGroups}.`),
    performance: performanceInWords(evaluation, caption),
    errors: errorsInWords(run),
    ...(run.commit !== undefined && { software: softwareInWords(run) }),
    limits: limitsInWords(run),
  };
}

function sourceInWords({ source, name }: RunData): string {
  if (source === "kermany") return `${kermanySource}.`;
  return source === "phantom" ? "Drawn images, not of patients." : `The folder ${name}.`;
}

function setsInWords({ dataset, patients, groupNoun }: CardedRun, set: string): string {
  const { train, valid, heldOut, tuning } = dataset;
  const sets: readonly (readonly [string, SplitData | undefined])[] = [
    ["training", train],
    ["validation", tuning],
    ["held out", heldOut],
    [set, valid],
  ];
  const people = typeof patients === "number" ? `, of ${groupsInWords(patients, groupNoun)}` : "";
  return `Images: ${sets
    .flatMap(([name, split]) => (split ? [`${name} ${countsInWords(split)}`] : []))
    .join("; ")}${people}.`;
}

const countsInWords = ({ images, classes }: SplitData): string =>
  `${images} (${classCountsInWords(Object.keys(classes), Object.values(classes))})`;

function subsetsInWords(run: CardedRun): string {
  const { trainPerClass, validPerClass, dataset } = run;
  // A limit that no class reaches has drawn nothing.
  const isReached = (limit: number, { classes }: SplitData): boolean =>
    limit > 0 && Object.values(classes).some((count) => count >= limit);
  const most = [
    ...(isReached(trainPerClass, dataset.train)
      ? [`at most ${trainPerClass} training images of each class`]
      : []),
    ...(isReached(validPerClass, dataset.valid)
      ? [`at most ${validPerClass} ${judgedSet(run)} images of each class`]
      : []),
  ];
  return most.length === 0
    ? "No subset was drawn: all images of the folders were taken."
    : `Drawn at random by the seed: ${most.join(", ")}.`;
}

/** How many of them are named. */
const mostConfusions = 10;

/** By the most probable class of each image. */
function errorsInWords({ classes, confusionMatrix: matrix }: RunMetrics): string {
  const confusions = matrix.flatMap((row, i) =>
    row.flatMap((count, k) =>
      i === k || count === 0
        ? []
        : [{ count, pair: `${nameInText(classes[i] ?? "")} as ${nameInText(classes[k] ?? "")}` }],
    ),
  );
  const wrong = sum(confusions.map(({ count }) => count));
  const named = confusions
    .sort((a, b) => b.count - a.count)
    .slice(0, mostConfusions)
    .map(({ count, pair }) => `${count} ${pair}`);
  const others = confusions.length - named.length;
  return (
    `By the most probable class ${wrong} of ${sum(matrix.map(sum))} images were taken for another class` +
    (named.length === 0 ? "." : `: ${named.join(", ")}${others > 0 ? `, and ${others} other pairs` : ""}.`)
  );
}

/**
 * Whether patients with test images had a part in the training.
 * @returns nothing where it is not known whose the images are
 */
export function testApart(data: ImageDataBunch, testDs: ImageDataset): Pick<CardFacts, "testApart"> {
  const { groupBy } = data.loadedBy;
  if (!groupBy) return {};
  const ofSet = ({ items }: ImageDataset) =>
    patientsOf(
      items.map(({ path }) => ({ path })),
      groupBy,
    );
  const had = new Set(
    [data.trainDs, data.validDs, ...(data.heldOutDs ? [data.heldOutDs] : [])].flatMap(ofSet),
  );
  const tested = new Set(ofSet(testDs));
  const shared = [...tested].filter((patient) => had.has(patient)).length;
  return {
    testApart:
      `${shared === 0 ? "None" : shared} of the ${groupsInWords(tested.size, nounOf(groupBy))} with test images ` +
      `${shared > 1 ? "have" : "has"} images that had a part in the training.`,
  };
}

const softwareInWords = ({ versions, device, commit = "" }: RunMetrics): string =>
  `${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")}, on a ${device === "gpu" ? "GPU" : "CPU"}; sources at commit ${commit}.`;

function limitsInWords(run: RunMetrics): string {
  const { choices, patients } = run;
  const set = judgedSet(run);
  return [
    "What it gives for images unlike those it was trained on is not known, and no images of elsewhere were tested.",
    ...(choices || set !== "test"
      ? []
      : ["The test images served as validation set too: numbers look better than they are."]),
    ...(choices || set === "test"
      ? []
      : [
          "It was judged on the validation images: where these chose an epoch, numbers look better than they are.",
        ]),
    ...(typeof patients === "number"
      ? []
      : [`Intervals take images as independent and may be too narrow: ${unknownGroups}.`]),
  ].join(" ");
}

type Shown = Pick<Evaluation, "auc" | "sensitivity" | "specificity" | "ppv" | "npv">;

/** With the names that Hugging Face has for them, where it has one. */
function measuresOf(evaluation: Evaluation | ClassesEvaluation): CardMeasure[] {
  const shown: Readonly<Record<keyof Shown, Measure>> =
    "classes" in evaluation ? evaluation.macro : evaluation;
  const brier = "classes" in evaluation ? evaluation.macro.brier : evaluation.calibration.brier;
  const mean = "classes" in evaluation ? ", mean over the classes" : "";
  const measured = (type: string, name: string, { value, low, high }: Measure): CardMeasure[] =>
    value === null
      ? []
      : [{ type, name, value, interval: low === null || high === null ? "" : formatInterval([low, high]) }];
  return [
    ...measured("roc_auc", `${measureNames.auroc}${mean}`, shown.auc),
    ...measured("recall", `${measureNames.recall}${mean}`, shown.sensitivity),
    ...measured("specificity", `${measureNames.specificity}${mean}`, shown.specificity),
    ...measured("precision", `${measureNames.precision}${mean}`, shown.ppv),
    ...measured("negative_predictive_value", `${measureNames.negativePredictiveValue}${mean}`, shown.npv),
    ...measured("accuracy", measureNames.accuracy, evaluation.accuracy),
    ...("classes" in evaluation
      ? []
      : [
          ...measured("calibration_slope", "calibration slope (1 is right)", evaluation.calibration.slope),
          ...measured(
            "calibration_in_the_large",
            "calibration in the large (0 is right)",
            evaluation.calibration.inTheLarge,
          ),
        ]),
    ...measured("brier_score", `Brier score (0 is right)${mean}`, { value: brier, low: null, high: null }),
  ];
}

function performanceInWords(evaluation: Evaluation | ClassesEvaluation, caption: string): string {
  const numbers = measuresOf(evaluation).map(
    ({ name, value, interval }) => `${name} ${value.toFixed(3)}${interval === "" ? "" : ` (${interval})`}`,
  );
  return `${caption} ${numbers.join("; ")}.`;
}
