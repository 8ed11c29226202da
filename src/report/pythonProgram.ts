import { spawn } from "node:child_process";
import path from "node:path";
import { projectRoot } from "../core/environment.js";
import { UserError } from "../core/errors.js";
import { venvPython } from "./setupJupyter.js";

export interface PythonProgramOptions {
  /** The program's only argument, as JSON. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

export interface PythonProgramEnd {
  readonly code: number | null;
  /** The last line of its standard output. */
  readonly lastLine: string;
  readonly timedOut: boolean;
  /** A person or the caller's signal asked it to stop. */
  readonly stopped: boolean;
}

/** A program that was asked to stop and has not is killed after this time. */
const timeoutMs = 60_000;

/** Ctrl-C, `kill`, and the terminal's end. */
const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs one of the programs in `jupyter/` with the project's Python. Its standard error is the terminal's. Ctrl-C,
 * `kill` and a closed terminal reach it as one polite interrupt, whether they came from the keyboard (which sends them
 * to a whole group of processes) or to this process alone. If this process is killed the program ends by itself
 * (`follow_parent` in `project_environment.py`).
 */
export function pythonProgram(name: string, options: PythonProgramOptions): Promise<PythonProgramEnd> {
  return new Promise((resolve, reject) => {
    const script = path.join(projectRoot, "jupyter", name);
    const request = { ...options.request, parent: process.pid };
    // A group of its own: the keyboard's Ctrl-C then comes only through `stop`.
    const child = spawn(venvPython, [script, JSON.stringify(request)], {
      cwd: projectRoot,
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    let stopped = false;
    let timedOut = false;
    let killer: NodeJS.Timeout | undefined;
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (printed += chunk));

    const interrupt = () => {
      child.kill("SIGINT");
      killer ??= setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    };
    const stop = () => {
      stopped = true;
      interrupt();
    };
    const limit =
      options.timeoutSeconds === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            interrupt();
          }, options.timeoutSeconds * 1000);
    for (const signal of stopSignals) process.on(signal, stop);
    options.signal?.addEventListener("abort", stop);
    if (options.signal?.aborted) stop();

    const release = () => {
      clearTimeout(killer);
      clearTimeout(limit);
      for (const signal of stopSignals) process.off(signal, stop);
      options.signal?.removeEventListener("abort", stop);
    };
    child.on("error", (cause) => {
      release();
      reject(new UserError(`${venvPython} cannot be started.`, "Run `npx xray setup`.", { cause }));
    });
    child.on("close", (code) => {
      release();
      resolve({ code, lastLine: printed.trimEnd().split("\n").at(-1) ?? "", timedOut, stopped });
    });
  });
}
