import { asTable } from "../core/asTable.js";
import { checkArguments } from "../core/checkArguments.js";
import { checkInteger } from "../core/checkNumber.js";
import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import { valueAt } from "../core/valueAt.js";
import type { ImageDataBunch } from "../data/ImageDataBunch.js";
import { aucMeasure } from "../statistics/aucMeasure.js";
import { evaluateClasses } from "../statistics/evaluateClasses.js";
import type { Measure } from "../statistics/Measure.js";
import { positiveClass } from "../statistics/positiveClass.js";
import type { Predictions } from "../statistics/Predictions.js";
import { scoresOfClass } from "../statistics/scoresOfClass.js";
import { aLearner } from "../training/argumentKinds.js";
import type { BatchLoader, ItemBatch } from "../training/DataBunch.js";
import { getPredsKinds, type GetPredsOptions, loaderOf, requireOneSet } from "../training/getPreds.js";
import { requireOneLabel } from "../training/requireOneLabel.js";
import type { Learner } from "../training/Learner.js";
import { borderShare } from "./borderAttention.js";
import { measureCells, remarks } from "./measureTable.js";

/** How well a net tells classes apart when a part of each image is taken away. */
export interface ShortcutTest {
  /** What is left of the images. */
  readonly images: string;
  /** The area under the ROC curve, with more than two classes the mean of each against the rest. */
  readonly auc: Measure;
}

/** Which images are predicted. */
export interface ShortcutTestsOptions extends GetPredsOptions {
  /** At most so many, evenly over the set. @default all */
  readonly images?: number;
}

const kinds: OptionKinds<ShortcutTestsOptions> = { ...getPredsKinds, images: "number" };

/** Gives pixels `[n, side, side, 3]` others, in place. */
type Change = (x: Float32Array, side: number) => void;

/** As many cells a side are too few for anything but the light's distribution. */
const coarseCells = 8;

const changes: readonly (readonly [images: string, change: Change])[] = [
  ["as they are", () => undefined],
  [
    "the border alone (an eighth on each side)",
    (x, side) => {
      masked(x, side, (isInner) => isInner);
    },
  ],
  [
    "without the border",
    (x, side) => {
      masked(x, side, (isInner) => !isInner);
    },
  ],
  [`${coarseCells} x ${coarseCells} pixels`, coarse],
];

/**
 * What a net has learnt from, by intervention: it predicts a set as it is, with the centre masked, with the border masked,
 * and at 8 x 8 pixels. What is masked has the mean colour by which the learner's data are normalised; without
 * normalisation it is black.
 * @param options which images; default: all of validation
 * @throws UserError when there is no such set, or an image has no label
 */
export async function shortcutTests(
  learn: Learner<ImageDataBunch>,
  options: ShortcutTestsOptions = {},
): Promise<ShortcutTest[]> {
  checkArguments("shortcutTests(learn)", { learn: [learn, aLearner] });
  checkOptions("shortcutTests()", options, kinds);
  requireOneLabel(learn.data, "shortcutTests()");
  requireOneSet(options);
  if (options.images !== undefined) checkInteger("images", options.images, 1);
  const loader = options.dl ?? someOf(learn.data, options);
  const tests: ShortcutTest[] = [];
  for (const [images, change] of changes) {
    const preds = await learn.getPreds({ dl: changed(loader, change) });
    tests.push({ images, auc: aucOf(preds) });
  }
  return asTable(tests, (rows) => ({
    caption: "How well the net tells the classes apart when a part of each image is taken away",
    columns: ["what is left", "AUROC", "95% CI"],
    rows: rows.map(({ images, auc }) => measureCells(images, auc)),
    note: [remarks(rows.map(({ images, auc }) => [images, auc])) ?? [], reading].flat().join(" "),
  }));
}

function someOf(data: ImageDataBunch, { dsType = "valid", images }: ShortcutTestsOptions): BatchLoader {
  const loader = loaderOf(data, dsType);
  return images === undefined ? loader : data.loader(loader.dataset.some(images), data.dsTfms.valid);
}

const reading =
  "0.5 is chance. An area well above it for the border alone, or for a few pixels, says that something there tells the " +
  "classes apart which is not what the images are to show. A fall without the border says less: the net has not been trained " +
  "on images with a part taken away.";

/** The area under the ROC curve, by patient; of more than two classes the mean of each against the rest. */
export function aucOf({ patients, ...preds }: Omit<Predictions, "losses">): Measure {
  const positive = positiveClass(preds.classes, preds.positiveClass);
  if (!positive) return evaluateClasses({ ...preds, groups: patients }).macro.auc;
  return aucMeasure(scoresOfClass(preds, positive.name).items, patients);
}

/** A loader's batches with other pixels. */
const changed = (loader: BatchLoader, change: Change): BatchLoader => ({
  dataset: loader.dataset,
  preparation: loader.preparation,
  length: loader.length,
  async *batches(pass, from): AsyncGenerator<ItemBatch, void, undefined> {
    for await (const batch of loader.batches(pass, from)) {
      const x = batch.x.slice();
      change(x, batch.shape[1]);
      yield { ...batch, x };
    }
  },
});

/** Gives pixels `[n, side, side, 3]` within or outside of the border, in place, the value 0, which of normalised ones is the mean. */
export function masked(x: Float32Array, side: number, isMasked: (isInner: boolean) => boolean): void {
  const border = Math.max(1, Math.round(borderShare * side));
  const isInside = (place: number): boolean => place >= border && place < side - border;
  for (let k = 0; k < x.length; k += 3) {
    const pixel = k / 3;
    const [row, column] = [Math.floor(pixel / side) % side, pixel % side];
    if (isMasked(isInside(row) && isInside(column))) x.fill(0, k, k + 3);
  }
}

/** Gives each cell its mean. */
function coarse(x: Float32Array, side: number): void {
  const cells = Math.min(coarseCells, side);
  const cellOf = (place: number): number => Math.floor((place * cells) / side);
  const image = side * side * 3;
  for (let start = 0; start < x.length; start += image) {
    const sums = new Float64Array(cells * cells * 3);
    const counts = new Float64Array(cells * cells * 3);
    const eachValue = (take: (k: number, cell: number) => void): void => {
      for (let k = 0; k < image; k++) {
        const pixel = Math.floor(k / 3);
        const cell = cellOf(Math.floor(pixel / side)) * cells + cellOf(pixel % side);
        take(start + k, 3 * cell + (k % 3));
      }
    };
    eachValue((k, cell) => {
      sums[cell] = valueAt(sums, cell) + valueAt(x, k);
      counts[cell] = valueAt(counts, cell) + 1;
    });
    eachValue((k, cell) => {
      x[k] = valueAt(sums, cell) / valueAt(counts, cell);
    });
  }
}
