import { existsSync } from "node:fs";
import path from "node:path";
import { runDirVariable, runsDir, sessionVariable } from "./environment.js";

/** The file in a run's folder that says how it was begun. */
export const startedRunName = "run.json";

/**
 * Where this run's results go, checkpoints among them: the folder that `xray run` chose; for a person at a notebook the
 * notebook's own folder, where that is one in `runs/`, and else one for each kernel.
 */
export function runDirectory(): string {
  // Named after the start of the process, so that reloaded sources name the same one.
  return (
    runDirVariable() ??
    folderOfNotebook() ??
    path.join(runsDir, `notebook-${timestamp(new Date(performance.timeOrigin))}`)
  );
}

/** The folder of a notebook in `runs/`, but for one that `xray run` has executed: its results stay what they are. */
function folderOfNotebook(): string | undefined {
  const folder = path.dirname(sessionVariable() ?? "");
  const isInside = folder.startsWith(runsDir + path.sep);
  return isInside && !existsSync(path.join(folder, startedRunName)) ? folder : undefined;
}

/** Local time, fit for a file name: `2025-01-31-16-05-09`. */
export function timestamp(date: Date): string {
  const parts = [date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()];
  return [date.getFullYear(), ...parts.map((part) => String(part).padStart(2, "0"))].join("-");
}
