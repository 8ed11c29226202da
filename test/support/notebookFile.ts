import { writeFile } from "node:fs/promises";

export interface Cell {
  readonly code?: string;
  readonly markdown?: string;
  readonly tags?: readonly string[];
}

/** Writes a notebook for the project's kernel. */
export async function writeNotebook(file: string, cells: readonly Cell[]): Promise<void> {
  const written = cells.map(({ code, markdown, tags = [] }, i) => ({
    id: `cell-${i}`,
    metadata: { tags },
    source: code ?? markdown ?? "",
    ...(code === undefined
      ? { cell_type: "markdown" }
      : { cell_type: "code", execution_count: null, outputs: [] }),
  }));
  const kernelspec = { name: "tslab", display_name: "TypeScript", language: "typescript" };
  const notebook = { cells: written, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
  await writeFile(file, JSON.stringify(notebook));
}

export interface ExecutedCell {
  readonly cell_type: "code" | "markdown";
  readonly execution_count: number | null;
  readonly source: string | readonly string[];
  readonly outputs?: readonly {
    readonly output_type: string;
    readonly name?: string;
    readonly text?: string | readonly string[];
    readonly ename?: string;
    readonly data?: Readonly<Record<string, unknown>>;
  }[];
}
