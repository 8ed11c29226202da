import { formatInterval, formatShare } from "../statistics/format.js";
import { measureNames } from "../statistics/measureNames.js";
import { measuredOf } from "../statistics/positiveClass.js";
import { aboutRun } from "./aboutRun.js";
import type { RunMetrics } from "../runs/RunMetrics.js";

const measures = [
  "errorRate",
  "accuracy",
  "precision",
  "recall",
  "specificity",
  "balancedAccuracy",
] as const satisfies readonly (keyof RunMetrics)[];

/**
 * A run in short, for a pull request: its numbers with their intervals, the confusion matrix, and what made them.
 * @param finished when its notebook ended, as ISO 8601
 */
export function reportMarkdown(
  run: RunMetrics,
  { title, finished }: { title: string; finished?: string },
): string {
  const matrix = run.confusionMatrix.map((counts, i) => [run.classes[i] ?? "", ...counts.map(String)]);
  return [
    `# ${inText(title)}`,
    `${inText(whoseMeasures(run))}.`,
    table(["measure", "value", "95% CI"], measureRows(run)),
    table(["actual / predicted", ...run.classes], matrix),
    aboutRun(run, finished)
      .map(({ name, text }) => `- **${name}**: ${inText(text)}`)
      .join("\n"),
    "",
  ].join("\n\n");
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
