import type { Table } from "../core/Display.js";
import { formatInterval, formatShare, formatThreshold } from "../statistics/format.js";
import type { Measure } from "../statistics/Measure.js";
import { imagesInWords } from "../statistics/imagesInWords.js";
import { measureNames } from "../statistics/measureNames.js";
import { measuredOf } from "../statistics/positiveClass.js";
import { judgedSet, type RunMetrics } from "../runs/RunMetrics.js";
import { notMedical } from "../core/notMedical.js";
import { mayBeMedical } from "../runs/mayBeMedical.js";
import { epochsInWords } from "./aboutRun.js";
import { nameInText } from "../core/nameInText.js";

/** What a report says before everything else. */
export interface ReportSummary {
  /** Sentences: what was trained on what, and when. */
  readonly facts: readonly string[];
  /** The numbers, with their intervals; undefined where the run has none. */
  readonly numbers?: Table;
}

/**
 * A run's first screen: what was trained, on which images, when, and the numbers with their intervals.
 * @param name of the run's folder
 * @param finished when its notebook ended, as ISO 8601
 */
export function reportSummary(run: RunMetrics, name: string, finished?: string): ReportSummary {
  const { model, size, seed, trainSize, validSize, patients, groupNoun } = run;
  const { epochsFrozen, epochsUnfrozen } = run;
  return {
    facts: [
      `${model}, trained on ${trainSize} images of ${size} x ${size} pixels (head: ${epochsInWords(epochsFrozen)}, ` +
        `whole net: ${epochsInWords(epochsUnfrozen)}), judged on ${imagesInWords(validSize, judgedSet(run), patients ?? undefined, groupNoun)}.`,
      ...warningsOf(run),
      [`Run ${name}`, finished?.slice(0, 10), `seed ${seed}`].filter(Boolean).join(", ") +
        (mayBeMedical(run) ? `. ${notMedical}` : "."),
    ],
    numbers: withAccuracy(run, coreTable(run)) ?? measuresTable(run),
  };
}

/** What a reader has to know before the numbers. */
export const warningsOf = ({ warnings = [] }: RunMetrics): string[] =>
  warnings.map((warning) => `Warning: ${warning}`);

/** The same of a run that has written no numbers. */
export const notebookSummary = (name: string, finished?: string): ReportSummary => ({
  facts: [[`Run ${name}`, finished?.slice(0, 10)].filter(Boolean).join(", ") + "."],
});

/** Accuracy is what most people look for; it stands last, since a net can gain in it by giving worse probabilities. */
function withAccuracy(run: RunMetrics, core: Table | undefined): Table | undefined {
  const accuracy = measureRows(run).find(([name]) => name === measureNames.accuracy);
  if (!core || !accuracy) return core;
  const [name = "", ...cells] = accuracy;
  return { ...core, rows: [...core.rows, [`${name} (by the most probable class)`, ...cells]] };
}

/** The core measures of the positive class; undefined where the run has no such class or does not say them. */
export function coreTable(run: RunMetrics): Table | undefined {
  const { evaluation, positiveClass } = run;
  if (!evaluation || "classes" in evaluation) return undefined;
  const { threshold, auc, calibration, sensitivity, specificity, ppv, npv } = evaluation;
  const whose = positiveClass === null ? "" : ` of ${nameInText(positiveClass)}`;
  const by =
    threshold === null ? "by the most probable class" : `at the threshold ${formatThreshold(threshold)}`;
  return {
    caption: `The core measures${whose}, ${by}.`,
    columns,
    rows: [
      measureCells(measureNames.auroc, auc),
      measureCells("calibration slope (1 is right)", calibration.slope),
      measureCells("calibration in the large (0 is right)", calibration.inTheLarge),
      measureCells(measureNames.recall, sensitivity),
      measureCells(measureNames.specificity, specificity),
      measureCells(measureNames.precision, ppv),
      measureCells(measureNames.negativePredictiveValue, npv),
    ],
  };
}

/** The measures by the most probable class of each image. */
export const measuresTable = (run: RunMetrics): Table => ({
  caption: `By the most probable class of each image. ${whoseMeasures(run)}.`,
  columns,
  rows: measureRows(run),
});

const columns = ["measure", "value", "95% CI"];

const measures = [
  "errorRate",
  "accuracy",
  "precision",
  "recall",
  "specificity",
  "balancedAccuracy",
] as const satisfies readonly (keyof RunMetrics)[];

/** Which class precision, recall and specificity speak of, or that they are means over all classes. */
export const whoseMeasures = ({ classes, positiveClass }: RunMetrics): string =>
  `Precision, recall and specificity are those of ${measuredOf(classes, positiveClass ?? undefined)}`;

/** Each measure with its value and its interval, as text. */
export function measureRows(run: RunMetrics): string[][] {
  return measures.map((key) => {
    const [low, high] = run.intervals[key] ?? [null, null];
    const interval = low === null || high === null ? "" : formatInterval([low, high]);
    return [measureNames[key], formatShare(run[key] ?? NaN), interval];
  });
}

const measureCells = (name: string, { value, low, high }: Measure): string[] => [
  name,
  formatShare(value ?? NaN),
  low === null || high === null ? "" : formatInterval([low, high]),
];
