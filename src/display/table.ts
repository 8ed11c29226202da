import type { Table } from "./Display.js";
import { escapeHtml } from "./escapeHtml.js";

/** A table for a page. */
export function tableHtml({ columns, rows, caption }: Table): string {
  const cells = (tag: string, texts: readonly string[]) =>
    `<tr>${texts.map((text) => `<${tag}>${escapeHtml(text)}</${tag}>`).join("")}</tr>`;
  return [
    "<table>",
    caption === undefined ? "" : `<caption>${escapeHtml(caption)}</caption>`,
    `<thead>${cells("th", columns)}</thead>`,
    `<tbody>${rows.map((row) => cells("td", row)).join("")}</tbody>`,
    "</table>",
  ].join("");
}

/** The same for a terminal: columns of numbers stand to the right. */
export function tableText({ columns, rows, caption }: Table): string {
  const layout = columns.map((name, i) => {
    const cells = rows.map((row) => row[i] ?? "");
    return {
      width: Math.max(name.length, ...cells.map((cell) => cell.length)),
      right: cells.every(isNumber),
    };
  });
  const rule = layout.map(({ width }) => "-".repeat(width)).join("  ");
  const body = rows.map((row) => tableLine(row, layout));
  return [...(caption === undefined ? [] : [caption]), tableLine(columns, layout), rule, ...body].join("\n");
}

export interface TextColumn {
  readonly width: number;
  readonly right: boolean;
}

/** One line of a table. */
export function tableLine(cells: readonly string[], columns: readonly TextColumn[]): string {
  return columns
    .map(({ width, right }, i) => (right ? (cells[i] ?? "").padStart(width) : (cells[i] ?? "").padEnd(width)))
    .join("  ")
    .trimEnd();
}

const isNumber = (cell: string): boolean => /^([-+]?[\d.,:]+%?|#na#|)$/.test(cell);
