import { existsSync, renameSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { isInstalled, packageRoot, projectRoot } from "../core/environment.js";
import { atExit } from "../core/atExit.js";
import { Interrupted, UserError } from "../core/errors.js";
import { onStop } from "../core/stopSignals.js";
import type { FolderLock } from "../core/folderLock.js";
import { defaultKernel, type KernelName } from "../runs/kernels.js";
import { type KernelDeath, kernelDied } from "./kernelDied.js";
import { kernelNamed, type NotebookKernel } from "./NotebookKernel.js";
import { pythonProgram } from "./pythonProgram.js";

export interface RunNotebookOptions {
  readonly notebook: string;
  /** Where the executed notebook goes. A run that fails leaves `<output>.failed.ipynb` instead. */
  readonly output: string;
  /** What runs the cells. @default "tslab" */
  readonly kernel?: KernelName;
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
  /** Folders that the notebook writes to. If this process is killed they stay taken until the kernel has ended too. */
  readonly locks?: readonly FolderLock[];
}

/** What `run_notebook.py` prints at its end. */
type Outcome =
  | { readonly status: "ok" | "interrupted" }
  | {
      readonly status: "error";
      readonly cell?: number | null;
      readonly name?: string;
      readonly message?: string;
    }
  | { readonly status: "uncompilable"; readonly cell: number; readonly message: string }
  | { readonly status: "unwritable"; readonly message: string }
  | ({ readonly status: "died" } & KernelDeath);

/** No cell was run, since one of them has a mistake that the compiler finds. */
export class UncompilableNotebook extends UserError {}

/**
 * Runs a notebook from top to bottom in the project's kernel, without a person. What the kernel writes to its
 * terminal is seen as it comes; Ctrl-C interrupts the running cell, which may write what it has; a second one ends all.
 * @throws UserError with the cell, the error's name and its message; the executed notebook is kept beside the output
 * @throws UncompilableNotebook where no cell was run
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

  const locks = options.locks ?? [];
  let kernel: NotebookKernel | undefined;
  const releases = [
    atExit(() => {
      renameSync(running, failed);
    }),
    atExit(() => kernel?.kill()),
    onStop(() => {
      console.error("Stopping: the running cell ends and writes what it has. Once more ends it at once.");
    }),
  ];
  const program = await pythonProgram("run_notebook.py", {
    onStart: (pid) => {
      for (const lock of locks) lock.share(pid);
    },
    onLine: (line) => {
      const named = kernelNamed(line);
      if (named === undefined) return;
      kernel = named;
      for (const lock of locks) lock.share(named.pid);
    },
    request: {
      notebook,
      cwd: isInstalled && notebook.startsWith(packageRoot + path.sep) ? projectRoot : path.dirname(notebook),
      output: running,
      failed,
      locks: locks.map(({ file }) => file),
      parameters: options.parameters,
      env: options.env ?? {},
      leave_out: options.leaveOut ?? [],
      heading: options.heading ?? null,
      kernel: options.kernel ?? defaultKernel,
      node: process.execPath,
    },
    timeoutSeconds: options.timeoutSeconds,
    signal: options.signal,
  }).finally(async () => {
    await kernel?.end();
    for (const release of releases) release();
  });
  const outcome = outcomeOf(program.lastLine);
  if (outcome?.status === "ok") {
    await rename(running, output);
    return;
  }
  await rename(running, failed).catch(() => undefined);
  const kept = existsSync(failed)
    ? `The executed notebook up to there: ${shown(failed)}`
    : "Run it in JupyterLab (xray lab) to see more.";
  if (program.timedOut) {
    throw new UserError(`${shown(notebook)} did not end within ${options.timeoutSeconds ?? 0} s.`, kept);
  }
  if (outcome?.status === "interrupted" || program.stopped) {
    throw new Interrupted(`${shown(notebook)} was stopped. ${kept}`);
  }
  if (outcome?.status === "died") throw kernelDied(shown(notebook), outcome, kept);
  if (outcome?.status === "unwritable") {
    throw new UserError(
      `The executed notebook cannot be written to ${shown(path.dirname(output))}: ${outcome.message}.`,
      `Free some room there. ${kept}`,
    );
  }
  if (outcome?.status === "uncompilable") {
    const { cell, message } = outcome;
    throw new UncompilableNotebook(
      `${shown(notebook)} does not compile in cell [${cell}]: ${message}`,
      `Mend the cell; none was run. ${kept}`,
    );
  }
  if (outcome?.status === "error") throw failureOf(outcome, shown(notebook), kept);
  const by = program.killedBy === null ? "ended" : `was killed (${program.killedBy})`;
  throw new UserError(`What runs ${shown(notebook)}, jupyter/run_notebook.py, ${by} before its end.`, kept);
}

function failureOf(
  outcome: Extract<Outcome, { status: "error" }>,
  notebook: string,
  kept: string,
): UserError {
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
    const outcome = JSON.parse(line) as Partial<Outcome>;
    return outcome.status === undefined ? undefined : (outcome as Outcome);
  } catch {
    return undefined;
  }
}

/** As a person would type it. */
function shown(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith("..") ? file : relative;
}
