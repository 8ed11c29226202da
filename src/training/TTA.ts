import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import type { DsType, ImageDataBunch } from "../data/ImageDataBunch.js";
import { cropPad } from "../data/transforms/cropPad.js";
import { flipLr } from "../data/transforms/flipLr.js";
import { definitionOf, type Transform } from "../data/transforms/Transform.js";
import { zoom } from "../data/transforms/zoom.js";
import { checkNumber, checkOneOf } from "../core/checkNumber.js";
import { getPreds, loaderOf, type Predictor } from "./getPreds.js";
import { crossEntropyOfProbabilities } from "../statistics/crossEntropy.js";
import { labelPredsRemedy, requireOneLabel } from "./requireOneLabel.js";
import type { Predictions } from "../statistics/Predictions.js";
import { predictionsInWords } from "../statistics/predictionsInWords.js";

/**
 * How `learn.TTA` mixes predictions: `beta` times the plain ones plus 1 - `beta` times the mean of eight passes, each
 * zoomed towards one of the corners, mirrored or not, with the warp, rotation and lighting of training drawn at random.
 * The losses are those of the averaged probabilities.
 */
export interface TTAOptions {
  /** The share of the plain predictions in the result, in 0..1; the augmented ones have the rest. @default 0.4 */
  readonly beta?: number;
  /** How far the augmented passes zoom in, from 1. @default 1.35 */
  readonly scale?: number;
  /** @default "valid" */
  readonly dsType?: Exclude<DsType, "test">;
}

const kinds: OptionKinds<TTAOptions> = { beta: "number", scale: "number", dsType: "text" };

/**
 * Predictions averaged over augmented copies of the images (fast.ai v1's `learn.TTA`): beta times the plain ones
 * plus 1 - beta times the mean of eight passes, each zoomed towards one of the corners, mirrored or not, with the
 * warp, rotation and lighting of training still drawn at random. The losses are those of the averaged probabilities.
 * @throws UserError naming an option that is out of its range
 */
export async function tta(
  predictor: Predictor,
  data: ImageDataBunch,
  options: TTAOptions,
): Promise<Predictions> {
  checkOptions("TTA()", options, kinds);
  requireOneLabel(data, "TTA()", labelPredsRemedy);
  const { beta = 0.4, scale = 1.35, dsType = "valid" } = options;
  checkNumber("beta", beta, { from: 0, to: 1 });
  checkNumber("scale", scale, { from: 1, to: 100 });
  checkOneOf("dsType", dsType, ["train", "valid"]);
  const dataset = dsType === "train" ? data.trainDs : data.validDs;
  const plain = await getPreds(predictor, loaderOf(data, dsType));
  const sum = new Float64Array(plain.probs.length);
  for (let pass = 0; pass < passes; pass++) {
    const loader = data.loader(dataset, transformsOf(data.dsTfms.train, pass, scale));
    // Its own draws of warp, rotation and lighting.
    const { probs } = await getPreds(predictor, loader, { batches: loader.batches(1 + pass) });
    probs.forEach((p, i) => (sum[i] = (sum[i] ?? 0) + p));
  }
  const probs = plain.probs.map((p, i) => beta * p + ((1 - beta) * (sum[i] ?? 0)) / passes);
  return predictionsInWords({ ...plain, probs, losses: crossEntropyOfProbabilities(probs, plain.y) });
}

const passes = 8;

/** The transforms of one of the eight passes, 0 to 7, which says the corner and whether the images are mirrored. */
function transformsOf(train: readonly Transform[], pass: number, scale: number): Transform[] {
  const row = pass & 1;
  const col = pass & 2 ? 1 : 0;
  return [
    ...train.filter(({ name }) => definitionOf(name).inTTA !== "leftOut"),
    zoom([scale, scale], 1, [row, row], [col, col]),
    cropPad([row, row], [col, col]),
    ...(pass & 4 ? [flipLr(1)] : []),
  ];
}
