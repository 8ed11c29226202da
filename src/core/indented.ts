/** Lines below a message, each on its own and indented: the first ones, and how many more there are. */
export function indented(lines: readonly string[], most: number): string {
  const more = lines.length > most ? [`and ${lines.length - most} more`] : [];
  return [...lines.slice(0, most), ...more].map((line) => `\n  ${line}`).join("");
}
