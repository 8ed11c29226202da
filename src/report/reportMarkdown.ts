import { measuredOf } from "../statistics/positiveClass.js";
import { aboutRun } from "./aboutRun.js";
import type { RunMetrics } from "../runs/RunMetrics.js";

const measures = {
  errorRate: "error rate",
  accuracy: "accuracy",
  precision: "precision",
  recall: "recall, sensitivity",
  specificity: "specificity",
  balancedAccuracy: "balanced accuracy",
} as const satisfies Partial<Record<keyof RunMetrics, string>>;

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
    table(["measure", "value", "95% interval"], measureRows(run)),
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
  return Object.entries(measures).map(([key, name]) => {
    const [low, high] = run.intervals[key] ?? [null, null];
    const interval = low === null || high === null ? "" : `${low.toFixed(3)} to ${high.toFixed(3)}`;
    return [name, shown(run[key as keyof typeof measures]), interval];
  });
}

const shown = (value: number | null): string => (value === null ? "–" : value.toFixed(3));

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(inText).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A name as a name: whatever Markdown or HTML would make of it. */
export const inText = (text: string): string =>
  text === "---" ? text : text.replace(/[\\`*_[\]<>|#&]/g, (mark) => `\\${mark}`).replace(/\s+/g, " ");
