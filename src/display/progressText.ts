import { duration } from "../core/duration.js";
import type { Bar, FitView } from "./progressState.js";
import { tableText } from "../core/tableText.js";

/** fast.ai's figures behind a bar: `45.00% [9/20 00:04<00:05 0.4321]`. */
export function barFigures(bar: Bar, amount: (value: number) => string = String): string {
  const { done, total, elapsedSeconds, remainingSeconds, comment } = bar;
  const time = `${duration(elapsedSeconds)}<${duration(remainingSeconds)}`;
  const behind = comment === undefined || comment === "" ? "" : ` ${comment}`;
  if (total === 0) return `[${amount(done)} ${duration(elapsedSeconds)}${behind}]`;
  const percent = ((100 * done) / total).toFixed(2);
  return `${percent}% [${amount(done)}/${amount(total)} ${time}${behind}]`;
}

/**
 * One line of a fit: `Epoch 2/8  train 45.00% [9/20 00:04<00:05 0.4321]  all 12.50% [1/8 00:10<01:10]`.
 * @param width where it has to fit, in letters: less is said then, the loss and the time that is left last of all
 */
export function fitLine(view: FitView, width = Infinity): string {
  const lines = [fullLine, shortLine, shortestLine].map((line) => line(view));
  return lines.find(({ length }) => length <= width) ?? lines.at(-1) ?? "";
}

function fullLine({ epochs, batches }: FitView): string {
  const parts: string[] = [];
  if (epochs !== undefined) parts.push(epochs.label);
  if (batches !== undefined) parts.push(`${batches.label} ${barFigures(batches)}`);
  if (epochs !== undefined) parts.push(`all ${barFigures(epochs)}`);
  return parts.join("  ");
}

/** `Epoch 2/8 train 9/20 0.4321, 01:10 left`. */
function shortLine({ epochs, batches }: FitView): string {
  const left = duration((epochs ?? batches)?.remainingSeconds ?? NaN);
  const bar = batches ? [batches.label, `${batches.done}/${batches.total}`, batches.comment ?? ""] : [];
  const line = [epochs?.label ?? "", ...bar].filter((part) => part !== "").join(" ");
  return line === "" ? "" : `${line}, ${left} left`;
}

/** `2/8 9/20 0.4321 01:10`. */
const shortestLine = (view: FitView): string =>
  shortLine(view).replace(/Epoch |train |valid |search |,| left/g, "");

/** All of a fit: its table, and what is under way or why it ended. */
export function fitText(view: FitView): string {
  const { columns, rows, note, preparing } = view;
  const table = rows.length > 0 ? tableText({ columns, rows }) : "";
  return [table, preparing ?? fitLine(view), note ?? ""].filter((part) => part !== "").join("\n");
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
