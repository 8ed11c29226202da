import { existsSync } from "node:fs";
import path from "node:path";
import { positiveClass } from "../statistics/positiveClass.js";
import { readMetrics, type RunMetrics } from "./RunMetrics.js";
import { type StoredPredictions, readPredictions } from "./predictionsFile.js";
import { confusionMatrix } from "../statistics/confusionMatrix.js";
import { settingDifferences } from "./RunData.js";
import { UserError } from "../core/errors.js";

/** The files of a run that programs read. */
export interface ReadRun {
  readonly metrics: RunMetrics;
  /** Undefined where the folder has no `predictions.json`. */
  readonly predictions: StoredPredictions | undefined;
}

/**
 * Reads a run's `metrics.json`, and its `predictions.json` if it is there.
 * @throws UserError when either was damaged, or they are not of the same run
 */
export async function readRun(folder: string): Promise<ReadRun> {
  const metrics = await readMetrics(path.join(folder, "metrics.json"));
  const file = path.join(folder, "predictions.json");
  const predictions = existsSync(file) ? await readPredictions(file) : undefined;
  if (predictions) requireSameRun(folder, metrics, predictions);
  return { metrics, predictions };
}

/** @throws UserError naming the first thing of which the two files of a run say something else */
function requireSameRun(folder: string, metrics: RunMetrics, { preds, ...run }: StoredPredictions): void {
  const { classes } = preds;
  // Files of earlier versions leave out what the classes' names say.
  const positive = positiveClass(classes, preds.positiveClass)?.name ?? null;
  const pairs: readonly (readonly [what: string, metrics: unknown, predictions: unknown])[] = [
    ["classes", metrics.classes, classes],
    ["seed", metrics.seed, run.seed],
    ["positive class", metrics.positiveClass, positive],
    ["confusion matrix", metrics.confusionMatrix, confusionMatrix(preds)],
  ];
  const differences = pairs
    .map(([what, ...both]) => [what, ...both.map((each) => JSON.stringify(each))] as const)
    .filter(([, ours, theirs]) => ours !== theirs)
    .map(([what, ours = "", theirs = ""]) => `${what} (${ours} and ${theirs})`);
  const [first] = [...differences, ...(run.settings ? settingDifferences(metrics, run.settings) : [])];
  if (first === undefined) return;
  throw new UserError(
    `metrics.json and predictions.json in ${folder} are not of the same run, or one was changed: ${first}.`,
    "Name a run whose files are as `npx xray run` wrote them; make it anew if they were changed.",
  );
}
