import { duration } from "../core/duration.js";
import type { Bar, FitView } from "./progressState.js";
import { tableText } from "./table.js";

/** fast.ai's figures behind a bar: `45.00% [9/20 00:04<00:05 0.4321]`. */
export function barFigures(bar: Bar, amount: (value: number) => string = String): string {
  const { done, total, elapsedSeconds, remainingSeconds, comment } = bar;
  const time = `${duration(elapsedSeconds)}<${duration(remainingSeconds)}`;
  const behind = comment === undefined || comment === "" ? "" : ` ${comment}`;
  if (total === 0) return `[${amount(done)} ${duration(elapsedSeconds)}${behind}]`;
  const percent = ((100 * done) / total).toFixed(2);
  return `${percent}% [${amount(done)}/${amount(total)} ${time}${behind}]`;
}

/** One line of a fit: `Epoch 2/8  train 45.00% [9/20 00:04<00:05 0.4321]  12.50% [1/8 00:10<01:10]`. */
export function fitLine({ epochs, batches }: FitView): string {
  const parts: string[] = [];
  if (epochs !== undefined) parts.push(epochs.label);
  if (batches !== undefined) parts.push(`${batches.label} ${barFigures(batches)}`);
  if (epochs !== undefined) parts.push(`all ${barFigures(epochs)}`);
  return parts.join("  ");
}

/** All of a fit: its table, and what is under way or why it ended. */
export function fitText(view: FitView): string {
  const { columns, rows, note } = view;
  const table = rows.length > 0 ? tableText({ columns, rows }) : "";
  return [table, fitLine(view), note ?? ""].filter((part) => part !== "").join("\n");
}

/** One line of any other work: `predicting 45.00% [9/20 00:04<00:05]`. */
export function taskLine(bar: Bar & { readonly unit: "items" | "bytes" }): string {
  return `${bar.label} ${barFigures(bar, amountOf(bar.unit))}`;
}

/** What stays on the page after a longer task: `predicting: 624 in 00:12`. */
export function taskSummary(bar: Bar & { readonly unit: "items" | "bytes" }): string {
  return `${bar.label}: ${amountOf(bar.unit)(bar.done)} in ${duration(bar.elapsedSeconds)}`;
}

export function amountOf(unit: "items" | "bytes"): (value: number) => string {
  return unit === "bytes" ? megabytes : String;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
