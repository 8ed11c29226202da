import { readFile } from "node:fs/promises";
import path from "node:path";
import { setUp } from "../../src/commands/setUp.js";
import { cacheDir, projectRoot } from "../../src/core/environment.js";
import { venvPython } from "../../src/report/setupJupyter.js";
import type { KernelName } from "../../src/runs/kernels.js";
import { subprocess } from "../../src/core/subprocess.js";
import { temporaryFolder } from "./folders.js";

export interface KernelStep {
  readonly code?: string;
  /** Seconds after the start of the cell. */
  readonly interruptAfter?: number;
  /** A text that the cell prints: it is interrupted then. */
  readonly interruptAt?: string;
  /** Seconds after the cell's end in which what comes still counts as its output. */
  readonly listen?: number;
  /** Files to write before the cell, such as an edited source. */
  readonly write?: Readonly<Record<string, string>>;
  /** Instead of running something: what completes this text? */
  readonly complete?: string;
  /** Instead of running something: what is told of the place at its end? */
  readonly inspect?: string;
  /** The place in the text that is completed or told of, in Unicode code points. @default its end */
  readonly at?: number;
  /** Instead of running something: which of these cells does not compile? */
  readonly check?: readonly string[];
}

export interface StepResult {
  readonly status: "ok" | "error" | "aborted";
  readonly count: number;
  readonly outputs: readonly (readonly string[])[];
  readonly seconds: number;
  readonly matches: readonly string[];
  /** The part of the text that a match takes the place of, in Unicode code points. */
  readonly span: readonly [start: number, end: number];
  readonly help: string;
  readonly problem: { readonly at: number; readonly messages: readonly string[] } | null;
}

/** Runs cells in a real kernel of the project whose `jupyter` folder is given. */
export async function kernelSession(
  jupyter: string,
  cwd: string,
  steps: readonly KernelStep[],
  kernel: KernelName = "tslab",
): Promise<StepResult[]> {
  await setUp({ kernel });
  const answer = path.join(temporaryFolder(), "answer.json");
  const request = JSON.stringify({
    jupyterPath: kernel === "deno" ? path.join(jupyter, "deno") : jupyter,
    ...{ kernel, denoDir: path.join(cacheDir, "jupyter", "deno"), cwd, steps, answer },
  });
  const script = path.join(projectRoot, "test", "support", "kernelSession.py");
  await subprocess(venvPython, [script, request], { remedy: "" });
  return JSON.parse(await readFile(answer, "utf8")) as StepResult[];
}

/** What a step printed to standard output. */
export function printed(result: StepResult | undefined): string {
  const streams = result?.outputs.filter(([kind]) => kind === "stdout") ?? [];
  return streams.map(([, text]) => text).join("");
}

/** What a step printed to standard error. */
export const warnings = (result: StepResult | undefined): string =>
  (result?.outputs ?? []).flatMap(([kind, text = ""]) => (kind === "stderr" ? [text] : [])).join("");

/** A step's error; empty texts if there was none. */
export function errorOf(result: StepResult | undefined) {
  const [, name = "", message = "", traceback = ""] =
    result?.outputs.find(([kind]) => kind === "error") ?? [];
  return { name, message, traceback };
}
