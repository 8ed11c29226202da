import type { Table } from "./Display.js";

/** A table as a terminal and `console.log` show it: columns of numbers stand to the right. */
export function tableText({ columns, rows, caption, note }: Table): string {
  const layout = columns.map((name, i) => {
    const cells = rows.map((row) => row[i] ?? "");
    return {
      width: Math.max(name.length, ...cells.map((cell) => cell.length)),
      right: cells.every(isNumber),
    };
  });
  if (columns.length === 0) return [caption ?? [], note ?? []].flat().join("\n");
  const rule = layout.map(({ width }) => "-".repeat(width)).join("  ");
  const body = rows.map((row) => tableLine(row, layout));
  const lines = [caption ?? [], tableLine(columns, layout), rule, ...body, note ?? []];
  return lines.flat().join("\n");
}

export interface TextColumn {
  readonly width: number;
  readonly right: boolean;
}

/**
 * One line of a table.
 * @param gap blanks between two columns
 */
export function tableLine(cells: readonly string[], columns: readonly TextColumn[], gap = 2): string {
  return columns
    .map(({ width, right }, i) => (right ? (cells[i] ?? "").padStart(width) : (cells[i] ?? "").padEnd(width)))
    .join(" ".repeat(gap))
    .trimEnd();
}

const isNumber = (cell: string): boolean => /^([-+]?[\d.,:]+%?|#na#|)$/.test(cell);
