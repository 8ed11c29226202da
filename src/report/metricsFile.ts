import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { runDirVariable, runsDir } from "../environment.js";

/** Writes numbers as JSON; whoever reads the file sees all of it or the one before. */
export async function writeMetrics(file: string, metrics: Readonly<Record<string, unknown>>): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.draft`;
  await writeFile(draft, `${JSON.stringify(metrics, null, 2)}\n`);
  await rename(draft, file);
}

/** Where this run's results go: the folder that `xray run` chose; for a person at a notebook, one for each kernel. */
export function runDirectory(): string {
  // Named after the start of the process, so that reloaded sources name the same one.
  return runDirVariable() ?? path.join(runsDir, `notebook-${timestamp(new Date(performance.timeOrigin))}`);
}

/** Local time, fit for a file name: `2025-01-31-16-05-09`. */
export function timestamp(date: Date): string {
  const parts = [date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()];
  return [date.getFullYear(), ...parts.map((part) => String(part).padStart(2, "0"))].join("-");
}
