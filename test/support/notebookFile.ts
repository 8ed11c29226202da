import { writeFile } from "node:fs/promises";
import { kernelSpec } from "../../src/report/kernelSpec.js";
import { defaultKernel, type KernelName } from "../../src/runs/kernels.js";

export interface Cell {
  readonly code?: string;
  readonly markdown?: string;
  readonly tags?: readonly string[];
}

/** Writes a notebook for one of the project's kernels. */
export async function writeNotebook(
  file: string,
  cells: readonly Cell[],
  kernel: KernelName = defaultKernel,
): Promise<void> {
  const written = cells.map(({ code, markdown, tags = [] }, i) => ({
    id: `cell-${i}`,
    metadata: { tags },
    source: code ?? markdown ?? "",
    ...(code === undefined
      ? { cell_type: "markdown" }
      : { cell_type: "code", execution_count: null, outputs: [] }),
  }));
  const metadata = { kernelspec: kernelSpec(kernel) };
  const notebook = { cells: written, metadata, nbformat: 4, nbformat_minor: 5 };
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
