import { checkNumber, checkInteger } from "../core/checkNumber.js";
import type { Predictions } from "./Predictions.js";
import type { BinaryScores } from "./BinaryScores.js";
import { predictedClasses } from "./confusionMatrix.js";

/** Items with similar probabilities. */
export interface ReliabilityBin {
  /** The bin holds probabilities above this. */
  readonly from: number;
  /** The bin holds probabilities up to this. */
  readonly to: number;
  /** Items in it. */
  readonly count: number;
  /** What the net says: the mean probability; NaN for an empty bin. */
  readonly predicted: number;
  /** What is so: the share that is positive, or right. */
  readonly observed: number;
}

/** How far a net's probabilities can be taken at their word. */
export interface Calibration {
  /** From 0 to 1. */
  readonly bins: readonly ReliabilityBin[];
  /** Expected calibration error: the mean gap between said and so, weighted by the bins' items. */
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
  const predicted = predictedClasses(preds);
  const c = preds.classes.length;
  const confidence = Float64Array.from(predicted, (k, i) => preds.probs[i * c + k] ?? NaN);
  const right = Uint8Array.from(predicted, (k, i) => (k === preds.y[i] ? 1 : 0));
  return binned(confidence, right, bins);
}

function binned(said: Float64Array, so: Uint8Array, count: number): Calibration {
  checkInteger("bins", count, 1);
  const sums = Array.from({ length: count }, () => ({ count: 0, said: 0, so: 0 }));
  said.forEach((p, i) => {
    // (from, to], and 0 with the first.
    const bin = sums[Math.max(0, Math.ceil(p * count) - 1)];
    if (!bin) return;
    bin.count++;
    bin.said += p;
    bin.so += so[i] ?? 0;
  });
  const bins = sums.map((bin, k) => ({
    ...{ from: k / count, to: (k + 1) / count, count: bin.count },
    ...{ predicted: bin.said / bin.count, observed: bin.so / bin.count },
  }));
  const gaps = bins.filter((bin) => bin.count > 0).map((bin) => Math.abs(bin.predicted - bin.observed));
  const full = bins.filter((bin) => bin.count > 0);
  const ece = full.reduce((sum, bin, k) => sum + ((gaps[k] ?? 0) * bin.count) / said.length, 0);
  return { bins, ece, mce: Math.max(...gaps) };
}

/** The mean squared distance of the probability from what is so (Brier, 1950): 0 is perfect, 0.25 always says one half. */
export function brierScore({ scores, positive }: BinaryScores): number {
  return scores.reduce((sum, p, i) => sum + (p - (positive[i] ?? 0)) ** 2, 0) / scores.length;
}

/** The smallest probability that a logarithm is taken of. */
const tiny = 1e-12;

/**
 * The temperature that makes a net's probabilities likeliest on a set: its logits are divided by it (Guo et al., 2017).
 * Above 1 the net was too sure of itself. It changes no prediction of classes. Fit it on images that neither trained
 * the net nor are reported on.
 * @returns found by golden section to six digits, between 0.05 and 20
 */
export function fitTemperature({ probs, y, classes }: Pick<Predictions, "probs" | "y" | "classes">): number {
  const c = classes.length;
  const logs = Float64Array.from(probs, (p) => Math.log(Math.max(p, tiny)));
  const loss = (logT: number) => {
    const t = Math.exp(logT);
    let sum = 0;
    y.forEach((label, i) => {
      const row = logs.subarray(i * c, (i + 1) * c);
      const highest = row.reduce((a, b) => Math.max(a, b), -Infinity);
      const total = row.reduce((all, log) => all + Math.exp((log - highest) / t), 0);
      sum += Math.log(total) - ((row[label] ?? NaN) - highest) / t;
    });
    return sum / y.length;
  };
  return Math.exp(goldenSection(loss, Math.log(0.05), Math.log(20)));
}

/** Predictions with another temperature; losses with it. */
export function atTemperature(preds: Predictions, temperature: number): Predictions {
  checkNumber("temperature", temperature, { above: 0 });
  const c = preds.classes.length;
  const probs = new Float32Array(preds.probs.length);
  const losses = new Float32Array(preds.y.length);
  preds.y.forEach((label, i) => {
    const powers = Array.from(
      preds.probs.subarray(i * c, (i + 1) * c),
      (p) => Math.log(Math.max(p, tiny)) / temperature,
    );
    const highest = Math.max(...powers);
    const exponentials = powers.map((power) => Math.exp(power - highest));
    const total = exponentials.reduce((sum, value) => sum + value, 0);
    exponentials.forEach((value, k) => (probs[i * c + k] = value / total));
    losses[i] = Math.log(total) + highest - (powers[label] ?? NaN);
  });
  return { ...preds, probs, losses };
}

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
