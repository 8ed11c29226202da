import { spawn } from "node:child_process";
import path from "node:path";
import { atExit } from "../core/atExit.js";
import { endGroup } from "../core/endGroup.js";
import { cacheDir, packageRoot, projectRoot } from "../core/environment.js";
import { UserError } from "../core/errors.js";
import { identify } from "../core/processIdentity.js";
import { handleStopSignals, onStop } from "../core/stopSignals.js";
import { venvPython } from "./setupJupyter.js";

export interface PythonProgramOptions {
  /** The program's only argument, as JSON. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
  /** Told the program's id as soon as it has one. */
  readonly onStart?: (pid: number) => void;
  /** Told each line of its standard output. */
  readonly onLine?: (line: string) => void;
}

export interface PythonProgramEnd {
  readonly code: number | null;
  /** What ended it, if it did not end by itself. */
  readonly killedBy: NodeJS.Signals | null;
  /** The last line of its standard output. */
  readonly lastLine: string;
  readonly timedOut: boolean;
  /** A person or the caller's signal asked it to stop. */
  readonly stopped: boolean;
}

/** What a notebook's cell has to end in, and to write what it has, after it was asked to stop. */
export const stopSeconds = 60;
/** What the program has to end in itself after that, before it is killed. */
const endSeconds = 10;

/**
 * Runs one of the programs in `jupyter/` with the project's Python. Its standard error is the terminal's. Ctrl-C,
 * `kill` and a closed terminal reach it as one polite interrupt, whether they came from the keyboard (which sends them
 * to a whole group of processes) or to this process alone; a second one ends this process and the program at once. If
 * this process is killed the program ends by itself (`follow_parent` in `project_environment.py`).
 */
export function pythonProgram(name: string, options: PythonProgramOptions): Promise<PythonProgramEnd> {
  return new Promise((resolve, reject) => {
    const script = path.join(packageRoot, "jupyter", name);
    const request = { ...options.request, cache: cacheDir, parent: process.pid, stop_seconds: stopSeconds };
    // A group of its own: the keyboard's Ctrl-C then comes only through `stop`.
    const child = spawn(venvPython, [script, JSON.stringify(request)], {
      cwd: projectRoot,
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    const end = (): void => {
      if (identity) endGroup(identity);
    };
    if (identity) options.onStart?.(identity.pid);
    let printed = "";
    let lastLine = "";
    let stopped = false;
    let timedOut = false;
    let killer: NodeJS.Timeout | undefined;
    const hear = (line: string): void => {
      if (line.trim() === "") return;
      lastLine = line;
      options.onLine?.(line);
    };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (printed + chunk).split("\n");
      printed = lines.pop() ?? "";
      lines.forEach(hear);
    });

    const interrupt = (): void => {
      child.kill("SIGINT");
      killer ??= setTimeout(end, 1000 * (stopSeconds + endSeconds));
    };
    const stop = (): void => {
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
    const releases = [handleStopSignals(), atExit(end), onStop(stop)];
    options.signal?.addEventListener("abort", stop);
    if (options.signal?.aborted) stop();

    const release = (): void => {
      clearTimeout(killer);
      clearTimeout(limit);
      for (const each of releases.reverse()) each();
      options.signal?.removeEventListener("abort", stop);
    };
    child.on("error", (cause) => {
      release();
      reject(new UserError(`${venvPython} cannot be started.`, "Run `npx xray setup`.", { cause }));
    });
    child.on("close", (code, killedBy) => {
      release();
      hear(printed);
      resolve({ code, killedBy, lastLine, timedOut, stopped });
    });
  });
}
