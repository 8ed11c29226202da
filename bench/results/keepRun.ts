import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { writeFiles } from "../../src/core/writeFiles.js";
import { writePredictions } from "../../src/runs/predictionsFile.js";
import type { RunData } from "../../src/runs/RunData.js";
import { readRun } from "../../src/runs/readRun.js";
import { UserError } from "../../src/core/errors.js";
import { writeMetrics } from "../../src/runs/metricsFile.js";
import { measuredFile } from "./KeptRun.js";

/** What is kept beside a run's files. */
export interface KeepOptions {
  /** Peak memory of its largest process, such as `/usr/bin/time -v` gives it. */
  readonly peakMemoryMB?: number;
  /** What it is called from now on. @default as its folder */
  readonly name?: string;
}

/**
 * Copies what a finished run's numbers come from to a folder of its name below `results`: `metrics.json`,
 * `predictions.json` and `report.md`, without images and without the place where the run's machine had them.
 * @param folder the run's
 * @returns the new folder
 * @throws UserError when the run did not finish, or one of its files was changed
 */
export async function keepRun(
  folder: string,
  results: string,
  { peakMemoryMB, name = path.basename(path.resolve(folder)) }: KeepOptions = {},
): Promise<string> {
  const { metrics, predictions } = await readRun(folder);
  const { dataset } = metrics;
  if (!predictions?.dataset || typeof dataset === "string") {
    throw new UserError(
      `${folder} does not say which images it is about.`,
      "Name a run that `npx xray run` of this version finished.",
    );
  }
  const report = await readFile(path.join(folder, "report.md"), "utf8");
  const kept = path.join(results, name);
  await mkdir(kept, { recursive: true });
  await writeMetrics(path.join(kept, "metrics.json"), { ...metrics, dataset: withoutPlace(dataset) });
  await writePredictions(path.join(kept, "predictions.json"), {
    ...predictions,
    dataset: withoutPlace(predictions.dataset),
  });
  const text = report.replaceAll(dataset.folder, dataset.name);
  await writeFiles([{ file: path.join(kept, "report.md"), pieces: [Buffer.from(text)] }]);
  if (peakMemoryMB !== undefined) {
    const measured = `${JSON.stringify({ peakMemoryMB })}\n`;
    await writeFiles([{ file: path.join(kept, measuredFile), pieces: [Buffer.from(measured)] }]);
  }
  return kept;
}

const withoutPlace = (data: RunData): RunData => ({ ...data, folder: data.name });

/**
 * Copies what a program of fastai wrote of a run, with its peak memory, to a file of its size and seed below `results`.
 * @returns the new file
 */
export async function keepFastaiRun(
  file: string,
  results: string,
  { peakMemoryMB, name }: KeepOptions = {},
): Promise<string> {
  const run = JSON.parse(await readFile(file, "utf8")) as { readonly size: number; readonly seed: number };
  const kept = path.join(results, `${name ?? `fastai-${run.size}-seed${run.seed}`}.json`);
  const text = `${JSON.stringify({ ...run, peak_memory_mb: peakMemoryMB })}\n`;
  await writeFiles([{ file: kept, pieces: [Buffer.from(text)] }]);
  return kept;
}
