import { readFile } from "node:fs/promises";
import { UserError } from "../errors.js";

/** What `metrics.json` holds of a run, as far as reports speak of it; a share of nothing is null. */
export interface RunMetrics {
  readonly errorRate: number | null;
  readonly accuracy: number | null;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly specificity: number | null;
  readonly balancedAccuracy: number | null;
  readonly confusionMatrix: readonly (readonly number[])[];
  readonly positiveClass: string;
  readonly intervals: Readonly<Record<string, readonly [low: number | null, high: number | null]>>;
  readonly classes: readonly string[];
  readonly trainSize: number;
  readonly validSize: number;
  readonly model: string;
  readonly size: number;
  readonly bs: number;
  readonly epochsFrozen: number;
  readonly epochsUnfrozen: number;
  readonly seed: number;
  readonly dataset: string;
  readonly device: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly seconds: Readonly<Record<string, unknown>>;
  /** Of the project's sources; undefined outside a git checkout. */
  readonly commit?: string;
}

/** @throws UserError naming the file when it is missing or no run's */
export async function readMetrics(file: string): Promise<RunMetrics> {
  const remedy = "Name a folder in runs/ that `npx xray run` wrote.";
  let metrics: Partial<RunMetrics>;
  try {
    metrics = JSON.parse(await readFile(file, "utf8")) as Partial<RunMetrics>;
  } catch (cause) {
    throw new UserError(`${file} cannot be read.`, remedy, { cause });
  }
  const { confusionMatrix, classes, intervals, versions, seconds } = metrics;
  if (!confusionMatrix || !classes || !intervals || !versions || !seconds) {
    throw new UserError(`${file} holds no run's numbers.`, remedy);
  }
  return metrics as RunMetrics;
}
