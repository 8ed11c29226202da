import { mkdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { Interrupted, UserError } from "../core/errors.js";
import { pythonProgram } from "./pythonProgram.js";

export interface RunNotebookOptions {
  readonly notebook: string;
  /** Where the executed notebook goes. A run that fails leaves `<output>.failed.ipynb` instead. */
  readonly output: string;
  /** Values for variables that the notebook declares in the cell tagged `parameters`. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** Cells with one of these tags are left out. */
  readonly leaveOut?: readonly string[];
  /** Markdown for a cell above all others. */
  readonly heading?: string;
  /** Environment variables for the kernel. */
  readonly env?: Readonly<Record<string, string>>;
  /** For the whole run. */
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

/** What `run_notebook.py` prints at its end. */
interface Outcome {
  readonly status: "ok" | "error" | "interrupted";
  readonly cell?: number | null;
  readonly name?: string;
  readonly message?: string;
}

/**
 * Runs a notebook from top to bottom in the project's kernel, without a person. What the kernel writes to its
 * terminal is seen as it comes; Ctrl-C interrupts the running cell.
 * @throws UserError with the cell, the error's name and its message; the executed notebook is kept beside the output
 * @throws Interrupted if a person or `signal` stopped it
 */
export async function runNotebook(options: RunNotebookOptions): Promise<void> {
  const notebook = path.resolve(options.notebook);
  await checkNotebook(notebook);
  const output = path.resolve(options.output);
  const name = output.replace(/\.ipynb$/, "");
  const running = `${name}.running.ipynb`;
  const failed = `${name}.failed.ipynb`;
  await mkdir(path.dirname(output), { recursive: true });
  for (const file of [output, running, failed]) await rm(file, { force: true });

  const program = await pythonProgram("run_notebook.py", {
    request: {
      notebook,
      output: running,
      parameters: options.parameters,
      env: options.env ?? {},
      leave_out: options.leaveOut ?? [],
      heading: options.heading ?? null,
      node: process.execPath,
    },
    timeoutSeconds: options.timeoutSeconds,
    signal: options.signal,
  });
  const outcome = outcomeOf(program.lastLine);
  if (outcome?.status === "ok") {
    await rename(running, output);
    return;
  }
  const kept = await rename(running, failed).then(
    () => `The executed notebook with the error: ${shown(failed)}`,
    () => `Run it in JupyterLab (xray lab) to see more.`,
  );
  if (program.timedOut) {
    throw new UserError(`${shown(notebook)} did not end within ${options.timeoutSeconds ?? 0} s.`, kept);
  }
  if (outcome?.status === "interrupted" || program.stopped) {
    throw new Interrupted(`${shown(notebook)} was stopped. ${kept}`);
  }
  throw failureOf(outcome, shown(notebook), kept);
}

function failureOf(outcome: Outcome | undefined, notebook: string, kept: string): UserError {
  if (outcome === undefined) return new UserError(`Running ${notebook} ended without an answer.`, kept);
  const where = typeof outcome.cell !== "number" ? "could not be run" : `failed in cell [${outcome.cell}]`;
  return new UserError(`${notebook} ${where}: ${outcome.name ?? "Error"}: ${outcome.message ?? ""}`, kept);
}

async function checkNotebook(file: string): Promise<void> {
  const remedy = "Give the path of a Jupyter notebook (.ipynb).";
  try {
    const { cells } = JSON.parse(await readFile(file, "utf8")) as { cells?: unknown };
    if (Array.isArray(cells)) return;
  } catch (cause) {
    throw new UserError(`${file} cannot be read as a notebook.`, remedy, { cause });
  }
  throw new UserError(`${file} is JSON, but has no cells.`, remedy);
}

function outcomeOf(line: string): Outcome | undefined {
  try {
    return JSON.parse(line) as Outcome;
  } catch {
    return undefined;
  }
}

/** As a person would type it. */
function shown(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith("..") ? file : relative;
}
