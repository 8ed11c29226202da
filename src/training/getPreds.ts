import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import type { DsType } from "../data/ImageDataBunch.js";
import { currentDisplay } from "../core/Display.js";
import { UserError } from "../core/errors.js";
import { interruptible } from "../core/interrupt.js";
import type { BatchLoader, DataBunch, ItemBatch } from "./DataBunch.js";
import type { Passes } from "./session/Passes.js";
import type { Predictions } from "../statistics/Predictions.js";
import { predictionsInWords } from "../statistics/predictionsInWords.js";
import type { BatchEvaluator } from "./session/BatchTrainer.js";
import { labelPredsRemedy, requireOneLabel } from "./requireOneLabel.js";
import { requireSameClasses } from "./requireSameClasses.js";
import { numberedGroups } from "../statistics/Groups.js";
import { softmax } from "../statistics/softmax.js";
import { requireSamePreparation } from "./requireSamePreparation.js";
import { divergedRemedy } from "../models/requireFiniteWeights.js";

/** A bunch's loaders that go over a set in order. */
interface Loaders<L> {
  readonly validDl: L;
  readonly fixDl: L;
  readonly testDl?: L | undefined;
}

/**
 * The loader of a set in order: of training, not augmented (fast.ai's "fix").
 * @throws UserError when there is no such set
 */
export function loaderOf<L extends BatchLoader>({ validDl, fixDl, testDl }: Loaders<L>, dsType: DsType): L {
  const loaders: Partial<Record<string, L>> = { valid: validDl, train: fixDl, test: testDl };
  const loader = loaders[dsType];
  if (loader) return loader;
  if (dsType === "test") {
    throw new UserError("The data have no test set.", "Load the data with one, or predict another set.");
  }
  throw new UserError(
    `There is no set ${JSON.stringify(dsType)}.`,
    `Choose one of: ${Object.keys(loaders).join(", ")}.`,
  );
}

/** What a set is predicted with. */
export interface Predictor {
  readonly runner: BatchEvaluator;
  readonly passes: Passes;
  /** The learner's, whose classes the net tells apart. */
  readonly data: DataBunch;
  /** The positive class that the learner was given. */
  readonly positiveClass: string | undefined;
}

/** Which set `learn.getPreds` predicts. */
export interface GetPredsOptions {
  /**
   * "train" is in order and not augmented; "test" has no labels: there `y` is -1 and the losses are NaN.
   * @default "valid"
   */
  readonly dsType?: DsType;
  /**
   * Another bunch's loader in place of it, such as `held.validDl`. Its classes, size, resizing and normalisation must be
   * the learner's; for another size, set `learn.data` to data of that size.
   */
  readonly dl?: BatchLoader;
}

export const getPredsKinds: OptionKinds<GetPredsOptions> = { dsType: "text", dl: "object" };

/** See `Learner.getPreds`. */
export function getPredsOfSet(predictor: Predictor, options: GetPredsOptions): Promise<Predictions> {
  checkOptions("getPreds()", options, getPredsKinds);
  const { dsType, dl } = options;
  requireOneSet({ dsType, dl });
  if (dl) requireSamePreparation(dl.preparation, predictor.data.validDl.preparation);
  const labelled = dl === undefined && dsType === "test" ? false : undefined;
  return getPreds(predictor, dl ?? loaderOf(predictor.data, dsType ?? "valid"), { labelled });
}

/** @throws UserError when both say which images are meant */
export function requireOneSet({ dsType, dl }: GetPredsOptions): void {
  if (dl === undefined || dsType === undefined) return;
  throw new UserError(
    `dsType is ${JSON.stringify(dsType)}, and dl is given too: one or the other names the images.`,
    "Leave out dsType to predict the loader's images, or dl to predict the learner's own set.",
  );
}

/** What the images of a loader are called. */
export function setOf({ trainDl, fixDl, validDl, testDl }: DataBunch, loader: BatchLoader): string {
  if (loader === fixDl || loader === trainDl) return "training";
  if (loader === validDl) return "validation";
  return loader === testDl ? "test" : "other";
}

/** Whose images a loader has, as numbers from 0; undefined where it is not known of all. */
export function patientsOf({ dataset: { items = [], length } }: BatchLoader): Int32Array | undefined {
  const known = items.flatMap(({ patient }) => patient ?? []);
  return known.length === 0 || known.length < length ? undefined : numberedGroups(length, known).of;
}

/**
 * Runs a loader's images through the net in evaluation mode; the predictions are in the order of its data set, also
 * where the loader shuffles.
 * @param options `labelled`: false for images whose labels mean nothing: they are -1 then, and the losses NaN; by
 * default so where the data set's items have no classes. `batches`: of which pass; default the learner's next one
 * @throws UserError when the loader leaves out images, as one that trains may
 */
export function getPreds(
  { runner, passes, data, positiveClass }: Predictor,
  loader: BatchLoader,
  {
    labelled = loader.dataset.items?.some((item) => item.class === "") !== true,
    batches = passes.over(loader),
  }: { readonly labelled?: boolean; readonly batches?: AsyncIterable<ItemBatch> } = {},
): Promise<Predictions> {
  requireOneLabel(data, "getPreds()", labelPredsRemedy);
  return interruptible(async (check) => {
    const { classes } = data;
    const c = classes.length;
    if (labelled) requireSameClasses(loader.dataset.classes ?? classes, classes);
    const n = loader.dataset.length;
    const probs = new Float32Array(n * c);
    const [y, losses] = [new Int32Array(n).fill(-1), new Float32Array(n).fill(NaN)];
    const progress = currentDisplay().taskProgress("predicting", n);
    const seen = new Set<number>();
    let done = 0;
    try {
      for await (const batch of batches) {
        const labels = labelled ? batch.y : new Int32Array(batch.y.length);
        const result = await runner.evaluateBatch({ ...batch, y: labels });
        const own = probabilitiesOf(result.logits, c);
        labels.forEach((label, k) => {
          // Images that come from files have a place of their own; others follow each other.
          const item = (loader.dataset.items && batch.items[k]) ?? done + k;
          seen.add(item);
          probs.set(own.subarray(k * c, (k + 1) * c), item * c);
          if (!labelled) return;
          y[item] = label;
          losses[item] = result.losses[k] ?? NaN;
        });
        done += labels.length;
        progress.update(done);
        await check();
      }
    } finally {
      progress.end();
      await runner.endEvaluation();
    }
    requireWhole(seen.size, n);
    const patients = patientsOf(loader);
    const set = setOf(data, loader);
    const { groupNoun } = loader.dataset;
    return predictionsInWords({
      ...{ probs, y, losses, classes, set, positiveClass, patients },
      ...(groupNoun && { groupNoun }),
    });
  });
}

/**
 * Probabilities from logits `[n, c]` row by row.
 * @throws UserError when the logits are no finite numbers, as those of a net whose training has diverged
 */
export function probabilitiesOf(logits: Float32Array, c: number): Float32Array {
  requireFinite(logits);
  return softmax(logits, c);
}

/** @throws UserError when the loader left out images, as one that trains may */
export function requireWhole(seen: number, n: number): void {
  if (seen === n) return;
  throw new UserError(
    `The loader gave ${seen} of its ${n} images.`,
    "Predict with one that leaves none out, such as data.fixDl for the training images.",
  );
}

/** @throws UserError when the logits are no finite numbers, as those of a net whose training has diverged */
export function requireFinite(logits: Float32Array): void {
  const at = logits.findIndex((logit) => !Number.isFinite(logit));
  if (at < 0) return;
  throw new UserError(
    `The net gives ${String(logits[at])} for an image: no prediction can be made of that. Its training has diverged, ` +
      "unless the images themselves are prepared to no finite numbers.",
    divergedRemedy,
  );
}
