/** A table of a Markdown page, cell by cell as it is written. */
export interface MarkdownTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A Markdown page in its parts. */
export interface MarkdownPage {
  readonly tables: readonly MarkdownTable[];
  /** Every line that is neither of a table nor of a block of code. */
  readonly prose: string;
  /** The blocks of code of one language, such as "ts". */
  readonly code: (language: string) => string;
}

export function readMarkdown(text: string): MarkdownPage {
  const blocks: { language: string; code: string }[] = [];
  const rest = text.replace(/^```(\w*)\n(.*?)^```$/gms, (_, language: string, code: string) => {
    blocks.push({ language, code });
    return "";
  });
  const tables = rest.match(/(?:^\|.*\n)+/gm) ?? [];
  return {
    tables: tables.map((table) => {
      const [head = [], , ...rows] = table.trimEnd().split("\n").map(cellsOf);
      return { head, rows };
    }),
    prose: rest.replace(/^\|.*$/gm, ""),
    code: (language) =>
      blocks
        .filter((block) => block.language === language)
        .map(({ code }) => code)
        .join("\n"),
  };
}

/** What stands between backticks. */
export function codeSpans(text: string): string[] {
  return Array.from(text.matchAll(/`([^`]+)`/g), ([, span = ""]) => span);
}

function cellsOf(row: string): string[] {
  return row
    .slice(1, row.lastIndexOf("|"))
    .split("|")
    .map((cell) => cell.trim());
}
