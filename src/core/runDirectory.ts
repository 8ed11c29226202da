import path from "node:path";
import { runDirVariable, runsDir } from "./environment.js";

/**
 * Where this run's results go, checkpoints among them: the folder that `xray run` chose; for a person at a notebook,
 * one for each kernel.
 */
export function runDirectory(): string {
  // Named after the start of the process, so that reloaded sources name the same one.
  return runDirVariable() ?? path.join(runsDir, `notebook-${timestamp(new Date(performance.timeOrigin))}`);
}

/** Local time, fit for a file name: `2025-01-31-16-05-09`. */
export function timestamp(date: Date): string {
  const parts = [date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()];
  return [date.getFullYear(), ...parts.map((part) => String(part).padStart(2, "0"))].join("-");
}
