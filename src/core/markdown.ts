/** A name as a name: whatever Markdown or HTML would make of it. */
export const inText = (text: string): string =>
  text === "---" ? text : text.replace(/[\\`*_[\]<>|#&]/g, (mark) => `\\${mark}`).replace(/\s+/g, " ");

/** A table in Markdown; its cells are shown as they are. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(inText).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
