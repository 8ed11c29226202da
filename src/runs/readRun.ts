import { existsSync } from "node:fs";
import path from "node:path";
import { aucMeasure } from "../statistics/aucMeasure.js";
import { binaryScores } from "../statistics/BinaryScores.js";
import type { Predictions } from "../statistics/Predictions.js";
import { positiveClass } from "../statistics/positiveClass.js";
import { readMetrics, type RunMetrics } from "./RunMetrics.js";
import { type StoredPredictions, readPredictions } from "./predictionsFile.js";
import { confusionMatrix } from "../statistics/confusionMatrix.js";
import { clusteringOf } from "../interpretation/clusteringOf.js";
import { independentImages } from "../interpretation/matrixMetrics.js";
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

/** Numbers that were computed on another machine may differ in their last digits. */
const inJson = (value: unknown): string | undefined =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === "number" && Number.isFinite(each) ? Number(each.toPrecision(9)) : each,
  );

/** The area under the ROC curve among the core measures, and by the predictions. */
function evaluationPairs(
  { evaluation }: RunMetrics,
  preds: Predictions,
  positive: string | null,
): readonly (readonly [what: string, metrics: unknown, predictions: unknown])[] {
  if (!evaluation) return [];
  const areaOf = (name: string) => aucMeasure(binaryScores(preds, name), preds.patients).value;
  if (!("classes" in evaluation)) {
    return positive === null ? [] : [["area under the ROC curve", evaluation.auc.value, areaOf(positive)]];
  }
  return preds.classes.map((name) => [
    `area under the ROC curve of ${name}`,
    evaluation.classes[name]?.auc.value,
    areaOf(name),
  ]);
}

/** @throws UserError naming the first thing of which the two files of a run say something else */
function requireSameRun(folder: string, metrics: RunMetrics, { preds, ...run }: StoredPredictions): void {
  const { classes } = preds;
  // Files of earlier versions leave out what the classes' names say.
  const positive = positiveClass(classes, preds.positiveClass)?.name ?? null;
  const clustering = clusteringOf(preds, positive ?? undefined);
  const pairs: readonly (readonly [what: string, metrics: unknown, predictions: unknown])[] = [
    ["classes", metrics.classes, classes],
    ["seed", metrics.seed, run.seed],
    ["positive class", metrics.positiveClass, positive],
    ["confusion matrix", metrics.confusionMatrix, confusionMatrix(preds)],
    ["patients", metrics.patients ?? null, clustering.patients],
    ["design effects", metrics.designEffects ?? independentImages.designEffects, clustering.designEffects],
    ["choices", metrics.choices, run.choices],
    ...evaluationPairs(metrics, preds, positive),
  ];
  const differences = pairs
    .map(([what, ...both]) => [what, ...both.map(inJson)] as const)
    .filter(([, ours, theirs]) => ours !== theirs)
    .map(([what, ours = "", theirs = ""]) => `${what} (${ours} and ${theirs})`);
  const [first] = [...differences, ...(run.settings ? settingDifferences(metrics, run.settings) : [])];
  if (first === undefined) return;
  throw new UserError(
    `metrics.json and predictions.json in ${folder} are not of the same run, or one was changed: ${first}.`,
    "Name a run whose files are as `npx xray run` wrote them; make it anew if they were changed.",
  );
}
