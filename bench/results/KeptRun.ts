import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { UserError } from "../../src/core/errors.js";
import { ClassificationInterpretation } from "../../src/interpretation/ClassificationInterpretation.js";
import type { StoredPredictions } from "../../src/runs/predictionsFile.js";
import { readRun } from "../../src/runs/readRun.js";
import type { RunMetrics } from "../../src/runs/RunMetrics.js";

/** A run of this project whose files `docs/results/` keeps. */
export interface KeptRun {
  /** Its folder's name. */
  readonly name: string;
  readonly metrics: RunMetrics;
  readonly predictions: StoredPredictions;
  /** All its numbers, computed from its predictions. */
  readonly interp: ClassificationInterpretation;
  /** Undefined where it was not measured. */
  readonly peakMemoryMB: number | undefined;
}

/** What was measured of a run from outside. */
export const measuredFile = "measured.json";

const measured = z.object({ peakMemoryMB: z.number().positive() });

/**
 * Reads every run in a folder's folders, by name.
 * @throws UserError when a file was changed, or a run's two files are not of the same run
 */
export async function readKeptRuns(results: string): Promise<KeptRun[]> {
  const entries = await readdir(results, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(names.sort().map((name) => readKeptRun(path.join(results, name))));
}

async function readKeptRun(folder: string): Promise<KeptRun> {
  const { metrics, predictions } = await readRun(folder);
  if (!predictions) throw new UserError(`${folder} has no predictions.json.`, "Keep the run anew.");
  const file = path.join(folder, measuredFile);
  const { peakMemoryMB } = existsSync(file) ? measured.parse(JSON.parse(await readFile(file, "utf8"))) : {};
  const { preds, paths } = predictions;
  const interp = ClassificationInterpretation.fromPredictions(preds, { paths, set: "test" });
  return { name: path.basename(folder), metrics, predictions, interp, peakMemoryMB };
}
