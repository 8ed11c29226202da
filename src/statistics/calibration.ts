import { predictions } from "./argumentKinds.js";
import { checkArguments, having } from "../core/checkArguments.js";
import { asTable } from "../core/asTable.js";
import { cellOf, recordsTable } from "../core/resultTables.js";
import { checkNumber, checkInteger } from "../core/checkNumber.js";
import { valueAt } from "../core/valueAt.js";
import type { Predictions } from "./Predictions.js";
import { predictionsInWords } from "./predictionsInWords.js";
import type { BinaryScores } from "./BinaryScores.js";
import { crossEntropyOfLogits } from "./crossEntropy.js";
import { correctItems, predictedClasses } from "./predictedClasses.js";
import { softmax } from "./softmax.js";
import { mean, sum } from "./sum.js";

/** Items with similar probabilities. */
export interface ReliabilityBin {
  /** The bin holds probabilities above this. */
  readonly from: number;
  /** The bin holds probabilities up to this. */
  readonly to: number;
  /** Items in it. */
  readonly count: number;
  /** The mean predicted probability; NaN for an empty bin. */
  readonly predicted: number;
  /** The share that is positive, or right. */
  readonly observed: number;
}

/** How far a net's probabilities can be taken at their word. */
export interface Calibration {
  /** From 0 to 1. */
  readonly bins: readonly ReliabilityBin[];
  /** Expected calibration error: the mean gap between predicted and observed, weighted by the bins' items. */
  readonly ece: number;
  /** The largest gap of a bin. */
  readonly mce: number;
}

/**
 * Probabilities of the positive class against how often it is so, in bins of equal width.
 * @param bins 10 by default
 */
export function reliability({ scores, positive }: BinaryScores, bins = 10): Calibration {
  return binned(scores, positive, bins);
}

/**
 * The confidence in the predicted class against how often it is right, in bins of equal width: the calibration error of
 * Guo et al., "On Calibration of Modern Neural Networks", 2017.
 * @param bins 15 by default, as there
 */
export function confidenceCalibration(
  preds: Pick<Predictions, "probs" | "y" | "classes">,
  bins = 15,
): Calibration {
  checkArguments("confidenceCalibration(preds)", { preds: [preds, predictions] });
  const predicted = predictedClasses(preds);
  const c = preds.classes.length;
  const confidence = Float64Array.from(predicted, (k, i) => valueAt(preds.probs, i * c + k));
  return binned(confidence, Uint8Array.from(correctItems(predicted, preds.y), Number), bins);
}

/** The bin of a probability among `count` of equal width, each (from, to], and 0 with the first. */
export const binOf = (p: number, count: number): number => Math.max(0, Math.ceil(p * count) - 1);

function binned(probabilities: Float64Array, outcomes: Uint8Array, count: number): Calibration {
  checkInteger("bins", count, 1);
  const members: number[][] = Array.from({ length: count }, () => []);
  probabilities.forEach((p, i) => members[binOf(p, count)]?.push(i));
  const bins = members.map((items, k) => ({
    from: k / count,
    to: (k + 1) / count,
    count: items.length,
    predicted: mean(items.map((i) => valueAt(probabilities, i))),
    observed: mean(items.map((i) => valueAt(outcomes, i))),
  }));
  const gaps = bins
    .filter((bin) => bin.count > 0)
    .map((bin) => ({ count: bin.count, gap: Math.abs(bin.predicted - bin.observed) }));
  const found: Calibration = {
    bins,
    ece: sum(gaps.map(({ count, gap }) => (gap * count) / probabilities.length)),
    mce: Math.max(...gaps.map(({ gap }) => gap)),
  };
  return asTable(found, ({ ece, mce }) =>
    recordsTable(
      `Expected calibration error ${cellOf(ece)}, largest gap ${cellOf(mce)}; bins of the probabilities`,
      bins,
    ),
  );
}

/** The mean squared distance of the probability from the outcome (Brier, 1950): 0 is perfect, 0.25 always says one half. */
export function brierScore({ scores, positive }: BinaryScores): number {
  return mean(scores.map((p, i) => (p - valueAt(positive, i)) ** 2));
}

/** Between which temperatures the likeliest one is looked for. */
const temperatureRange = [0.05, 20] as const;

const temperatured = having("predictions, as learn.getPreds() gives them", "probs", "y");

/** The smallest probability that a logarithm is taken of. */
const tiny = 1e-12;

/**
 * The temperature that makes a net's probabilities likeliest on a set: its logits are divided by it (Guo et al., 2017).
 * Above 1 the net was too sure of itself. It changes no prediction of classes. Fit it on images that neither trained
 * the net nor are reported on.
 * @returns found by golden section to six digits, between 0.05 and 20
 */
export function fitTemperature(preds: Pick<Predictions, "probs" | "y">): number {
  checkArguments("fitTemperature(preds)", { preds: [preds, temperatured] });
  const { probs, y } = preds;
  const logits = logitsOf(probs);
  const loss = (logT: number) => mean(crossEntropyOfLogits(divided(logits, Math.exp(logT)), y));
  const [low, high] = temperatureRange;
  return Math.exp(goldenSection(loss, Math.log(low), Math.log(high)));
}

/**
 * The temperature of `fitTemperature`, and 1 where the set does not determine one: where all its predictions are right the
 * likeliest temperature is 0, where the probabilities tell nothing it is infinite.
 */
export function determinedTemperature(preds: Pick<Predictions, "probs" | "y">): number {
  const [low, high] = temperatureRange;
  const temperature = fitTemperature(preds);
  return temperature > low * 1.001 && temperature < high / 1.001 ? temperature : 1;
}

/** Predictions with another temperature; losses with it. */
export function atTemperature(preds: Predictions, temperature: number): Predictions {
  checkArguments("atTemperature(preds, 1.5)", { preds: [preds, predictions] });
  checkNumber("temperature", temperature, { above: 0 });
  const logits = divided(logitsOf(preds.probs), temperature);
  const probs = softmax(logits, preds.classes.length);
  const losses = Float32Array.from(crossEntropyOfLogits(logits, preds.y));
  return predictionsInWords({ ...preds, probs, losses });
}

/** Logits of which the softmax gives these probabilities. */
const logitsOf = (probs: Float32Array): Float64Array =>
  Float64Array.from(probs, (p) => Math.log(Math.max(p, tiny)));

const divided = (logits: Float64Array, temperature: number): Float64Array =>
  logits.map((logit) => logit / temperature);

/** The minimum of a function with one valley. */
function goldenSection(f: (x: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  let [x1, x2] = [b - ratio * (b - a), a + ratio * (b - a)];
  let [f1, f2] = [f(x1), f(x2)];
  while (b - a > 1e-7) {
    if (f1 <= f2) {
      [b, x2, f2] = [x2, x1, f1];
      x1 = b - ratio * (b - a);
      f1 = f(x1);
    } else {
      [a, x1, f1] = [x1, x2, f2];
      x2 = a + ratio * (b - a);
      f2 = f(x2);
    }
  }
  return (a + b) / 2;
}
