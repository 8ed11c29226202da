import { escapeHtml } from "./escapeHtml.js";
import type { Bar, FitView } from "./progressState.js";
import { amountOf, barFigures } from "./progressText.js";
import { tableHtml } from "./table.js";

/** fast.ai's look: the epochs' bar, the growing table, and the batches' bar below it. */
export function fitHtml({ columns, rows, epochs, batches, note, preparing }: FitView): string {
  return [
    preparing === undefined ? "" : waitingHtml(preparing),
    epochs === undefined ? "" : barHtml(epochs),
    epochs === undefined && rows.length === 0 ? "" : tableHtml({ columns, rows }),
    batches === undefined ? "" : barHtml(batches),
    note === undefined ? "" : `<p><em>${escapeHtml(note)}</em></p>`,
  ].join("");
}

/** A bar that only moves, since nothing is counted yet. */
const waitingHtml = (words: string): string =>
  `<div><progress aria-label="${escapeHtml(words)}" style="${barStyle}"></progress>${escapeHtml(words)}</div>`;

export function taskHtml(bar: Bar & { readonly unit: "items" | "bytes" }): string {
  return barHtml(bar, amountOf(bar.unit));
}

const barStyle = "width:300px;max-width:100%;height:16px;vertical-align:middle;margin:0 .5em";

function barHtml(bar: Bar, amount?: (value: number) => string): string {
  const label = escapeHtml(bar.label);
  // Without a value the browser draws a bar that only moves.
  const value = bar.total > 0 ? ` value="${bar.done}" max="${bar.total}"` : "";
  return (
    `<div style="font-variant-numeric:tabular-nums">${label}` +
    `<progress${value} aria-label="${label}" style="${barStyle}"></progress>` +
    `${escapeHtml(barFigures(bar, amount))}</div>`
  );
}
