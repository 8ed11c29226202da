import type { Table } from "../core/Display.js";
import { inText, markdownTable } from "../core/markdown.js";
import type { RunMetrics } from "../runs/RunMetrics.js";
import type { AboutEntry } from "./aboutRun.js";
import { coreTable, measuresTable, warningsOf } from "./reportSummary.js";

/** What stands above and below the numbers. */
export interface ReportFrame {
  readonly title: string;
  readonly about: readonly AboutEntry[];
}

/** A run in short, for a pull request: its numbers with their intervals, the confusion matrix, and what made them. */
export function reportMarkdown(run: RunMetrics, { title, about }: ReportFrame): string {
  const matrix = run.confusionMatrix.map((counts, i) => [run.classes[i] ?? "", ...counts.map(String)]);
  const core = coreTable(run);
  const parts = [
    ...warningsOf(run).map(inText),
    ...(core ? captioned(core) : []),
    ...captioned(measuresTable(run)),
    markdownTable(["actual / predicted", ...run.classes], matrix),
  ];
  return aboutMarkdown(title, about, parts);
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

const captioned = ({ caption = "", columns, rows }: Table): string[] => [
  inText(caption),
  markdownTable(columns, rows),
];
