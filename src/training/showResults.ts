import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import type { DsType, ImageDataBunch } from "../data/ImageDataBunch.js";
import { batchTiles, showTiles } from "../data/figures/showImages.js";
import { checkInteger } from "../core/checkNumber.js";
import { argmax } from "../statistics/argmax.js";
import type { BatchEvaluator } from "./session/BatchTrainer.js";
import { probabilitiesOf } from "./getPreds.js";

/** Which and how many images `learn.showResults` shows. */
export interface ShowResultsOptions {
  /** Rows and columns of the grid: it has `rows` x `rows` images. @default 5 */
  readonly rows?: number;
  /** The set: "valid" and "test" show their first images, "train" some that are drawn and augmented. @default "valid" */
  readonly dsType?: DsType;
}

const kinds: OptionKinds<ShowResultsOptions> = { rows: "number", dsType: "text" };

/** See `Learner.showResults`. */
export async function showResults(
  runner: BatchEvaluator,
  data: ImageDataBunch,
  options: ShowResultsOptions,
): Promise<void> {
  checkOptions("showResults()", options, kinds);
  const { rows = 5, dsType = "valid" } = options;
  checkInteger("rows", rows, 1);
  const batch = await data.oneBatch(dsType);
  const { logits } = await runner.evaluateBatch(batch);
  await runner.endEvaluation();
  const probs = probabilitiesOf(logits, data.c);
  // Images of the test set have no class of their own.
  const labelled = dsType !== "test";
  const titles = Array.from(batch.y.subarray(0, rows * rows), (actual, i) => {
    const predicted = argmax(probs, i * data.c, data.c);
    const labels = labelled ? [predicted, actual] : [predicted];
    const names = labels.flatMap((label) => data.classes[label] ?? []);
    return `${names.join("/")} ${(probs[i * data.c + predicted] ?? NaN).toFixed(2)}`;
  });
  const set = { train: "augmented training", valid: "validation", test: "test" }[dsType];
  const what = `${set} images with predicted${labelled ? " and actual" : ""} class, and the probability of the predicted`;
  await showTiles(batchTiles(batch, data.normalization, titles), data.size, what);
}
