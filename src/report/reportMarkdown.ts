import { formatInterval, formatShare } from "../statistics/format.js";
import type { Measure } from "../statistics/Measure.js";
import { measureNames } from "../statistics/measureNames.js";
import { measuredOf } from "../statistics/positiveClass.js";
import type { AboutEntry } from "./aboutRun.js";
import type { RunMetrics } from "../runs/RunMetrics.js";

const measures = [
  "errorRate",
  "accuracy",
  "precision",
  "recall",
  "specificity",
  "balancedAccuracy",
] as const satisfies readonly (keyof RunMetrics)[];

/** What stands above and below the numbers. */
export interface ReportFrame {
  readonly title: string;
  readonly about: readonly AboutEntry[];
}

/** A run in short, for a pull request: its numbers with their intervals, the confusion matrix, and what made them. */
export function reportMarkdown(run: RunMetrics, { title, about }: ReportFrame): string {
  const matrix = run.confusionMatrix.map((counts, i) => [run.classes[i] ?? "", ...counts.map(String)]);
  const numbers = [
    ...coreNumbers(run),
    `By the most probable class of each image. ${inText(whoseMeasures(run))}.`,
    table(["measure", "value", "95% CI"], measureRows(run)),
    table(["actual / predicted", ...run.classes], matrix),
  ];
  return aboutMarkdown(title, about, numbers);
}

/** What is said of a run, with parts between its title and its foot. */
export function aboutMarkdown(
  title: string,
  about: readonly AboutEntry[],
  parts: readonly string[] = [],
): string {
  const foot = about.map(({ name, text }) => `- **${name}**: ${inText(text)}`).join("\n");
  return [`# ${inText(title)}`, ...parts, foot, ""].join("\n\n");
}

const measureCells = (name: string, { value, low, high }: Measure): string[] => [
  name,
  formatShare(value ?? NaN),
  low === null || high === null ? "" : formatInterval([low, high]),
];

/** The core measures of the positive class, where the run has one and says them. */
function coreNumbers({ evaluation, positiveClass }: RunMetrics): string[] {
  if (!evaluation || "classes" in evaluation) return [];
  const { threshold, auc, calibration, sensitivity, specificity, ppv, npv } = evaluation;
  const by = threshold === null ? "by the most probable class" : `at the threshold ${threshold}`;
  const rows = [
    measureCells(measureNames.auroc, auc),
    measureCells("calibration slope (1 is right)", calibration.slope),
    measureCells("calibration in the large (0 is right)", calibration.inTheLarge),
    measureCells(measureNames.recall, sensitivity),
    measureCells(measureNames.specificity, specificity),
    measureCells(measureNames.precision, ppv),
    measureCells(measureNames.negativePredictiveValue, npv),
  ];
  const whose = positiveClass === null ? "" : ` of ${positiveClass}`;
  return [inText(`The core measures${whose}, ${by}.`), table(["measure", "value", "95% CI"], rows)];
}

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

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(inText).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A name as a name: whatever Markdown or HTML would make of it. */
export const inText = (text: string): string =>
  text === "---" ? text : text.replace(/[\\`*_[\]<>|#&]/g, (mark) => `\\${mark}`).replace(/\s+/g, " ");
