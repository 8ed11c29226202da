import { z } from "zod";
import { readJson } from "../core/readJson.js";
import { type KernelName, kernelNamedIn } from "../runs/kernels.js";
import { declaredVariables } from "./declaredVariables.js";

const schema = z.object({
  cells: z.array(
    z.object({
      source: z.union([z.string(), z.array(z.string())]),
      cell_type: z.string(),
      metadata: z.object({ tags: z.array(z.string()).optional() }).optional(),
    }),
    { error: "expected a list of cells" },
  ),
  metadata: z
    .looseObject({ kernelspec: z.looseObject({ name: z.string() }).optional().catch(undefined) })
    .optional(),
});

/** What papermill can give to a variable. */
export type ParameterValue =
  string | number | boolean | null | readonly ParameterValue[] | { readonly [name: string]: ParameterValue };

/** What a notebook says of itself. */
export interface NotebookFacts {
  /** The variables that its cell tagged `parameters` declares with `let`. */
  readonly parameters: ReadonlySet<string>;
  /** Those that it declares with `const`, to which no value can be given. */
  readonly constants: ReadonlySet<string>;
  /** The values that an earlier run has given them, in a cell of its own. */
  readonly given: Readonly<Record<string, ParameterValue>>;
  /** Whether one of its cells looks for a data set by `findDataset`. */
  readonly findsDataset: boolean;
  /** The kernel that it names. */
  readonly kernel: KernelName;
  /** Its first heading; undefined where it has none. */
  readonly title: string | undefined;
}

/** @throws UserError naming the file when it is no notebook */
export async function notebookFacts(file: string): Promise<NotebookFacts> {
  const { cells, metadata } = await readJson(schema, {
    file,
    remedy: "Give the path of a Jupyter notebook (.ipynb).",
  });
  const texts = cells.map(({ source, ...cell }) => ({ ...cell, text: [source].flat().join("") }));
  const code = texts.filter(({ cell_type }) => cell_type === "code");
  const declared = code
    .filter(({ metadata }) => metadata?.tags?.includes("parameters"))
    .map(({ text }) => declaredVariables(text));
  const [, title] =
    texts
      .filter(({ cell_type }) => cell_type === "markdown")
      .map(({ text }) => /^#\s+(.+)$/m.exec(text))
      .find((match) => match !== null) ?? [];
  return {
    parameters: new Set(declared.flatMap(({ variables }) => variables)),
    constants: new Set(declared.flatMap(({ constants }) => constants)),
    given: Object.assign(
      {},
      ...code
        .filter(({ metadata }) => metadata?.tags?.includes("injected-parameters"))
        .map(({ text }) => assigned(text)),
    ) as NotebookFacts["given"],
    findsDataset: code.some(({ text }) => text.includes("findDataset(")),
    kernel: kernelNamedIn(metadata?.kernelspec?.name),
    title,
  };
}

/** The values that lines such as `seed = 5;` give to variables, as papermill writes them: JSON, each in a line of its own. */
const assigned = (text: string): NotebookFacts["given"] =>
  Object.fromEntries(
    [...text.matchAll(/^\s*([\p{L}_$][\p{L}\p{N}_$]*) = (.+);$/gmu)].flatMap(([, name = "", value = ""]) => {
      const given = valueOf(value);
      return given === undefined ? [] : [[name, given] as const];
    }),
  );

/** @returns undefined for what is no JSON, such as a calculation that a person has written there */
function valueOf(json: string): ParameterValue | undefined {
  try {
    return JSON.parse(json) as ParameterValue;
  } catch {
    return undefined;
  }
}
