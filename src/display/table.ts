import { type TextColumn, tableLine } from "../core/tableText.js";
import type { Table } from "../core/Display.js";
import { escapeHtml } from "./escapeHtml.js";

/** A table for a page. */
export function tableHtml({ columns, rows, caption, note }: Table): string {
  const cells = (tag: string, texts: readonly string[]) =>
    `<tr>${texts.map((text) => `<${tag}>${escapeHtml(text)}</${tag}>`).join("")}</tr>`;
  return [
    "<table>",
    caption === undefined ? "" : `<caption>${escapeHtml(caption)}</caption>`,
    `<thead>${cells("th", columns)}</thead>`,
    `<tbody>${rows.map((row) => cells("td", row)).join("")}</tbody>`,
    "</table>",
    note === undefined ? "" : `<p>${escapeHtml(note)}</p>`,
  ].join("");
}

/** A head that is wider than its column, on several lines: broken between its words only. */
export function headLines(heads: readonly string[], columns: readonly TextColumn[], gap = 2): string[] {
  const broken = heads.map((head, i) => wrapped(head, columns[i]?.width ?? 0));
  const height = Math.max(...broken.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    tableLine(
      // They end on the same line, above the numbers.
      broken.map((lines) => lines[line - (height - lines.length)] ?? ""),
      columns,
      gap,
    ),
  );
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
