import { valueAt } from "../core/valueAt.js";
import { sum } from "./sum.js";

type Floats = Float32Array | Float64Array;

/** Probabilities from logits `[n, c]` row by row. */
export function softmax(logits: Floats, c: number): Float32Array {
  const probs = new Float32Array(logits.length);
  for (let row = 0; row < logits.length; row += c) {
    const { powers, total } = exponentials(logits.subarray(row, row + c));
    powers.forEach((power, i) => (probs[row + i] = power / total));
  }
  return probs;
}

/** The logarithm of the sum of the exponentials, whatever their size. */
export function logSumExp(values: Floats): number {
  const { highest, total } = exponentials(values);
  return Math.log(total) + highest;
}

/**
 * The logarithm of p / (1 - p) for a class's softmax probability p: it rises with that, and does not round to 1.
 * @param logits those of one item
 */
export function logOdds(logits: Float32Array, label: number): number {
  return valueAt(logits, label) - logSumExp(logits.filter((_, k) => k !== label));
}

/** The exponentials of values less their highest, so that none overflows. */
export function exponentials(values: Floats) {
  const highest = Math.max(...values);
  const powers = Array.from(values, (value) => Math.exp(value - highest));
  return { highest, powers, total: sum(powers) };
}
