import { inspect } from "node:util";

/**
 * The same object, which a notebook and `console.log` show in words. Programs see no difference: the words are no field,
 * and a copy of the object has none.
 */
export function withWords<T extends object>(value: T, words: (value: T) => string): T {
  return Object.defineProperty(value, inspect.custom, {
    value: () => words(value),
    enumerable: false,
    configurable: true,
  });
}

/** Rows of cells below each other in columns, for words of several lines. */
export function inColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
