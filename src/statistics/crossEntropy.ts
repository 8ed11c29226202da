import { valueAt } from "../core/valueAt.js";
import { logSumExp } from "./softmax.js";

/** The cross-entropy of each item, from logits `[n, c]` row by row, `[n]`. */
export function crossEntropyOfLogits(logits: Float64Array, y: Int32Array): Float64Array {
  const c = logits.length / y.length;
  return Float64Array.from(y, (label, i) => {
    const row = logits.subarray(i * c, (i + 1) * c);
    return logSumExp(row) - valueAt(row, label);
  });
}

/** The same from probabilities `[n, c]` row by row; NaN for an item without a label. */
export function crossEntropyOfProbabilities(probs: Float32Array, y: Int32Array): Float32Array {
  const c = probs.length / y.length;
  return Float32Array.from(y, (label, i) => (label < 0 ? NaN : -Math.log(valueAt(probs, i * c + label))));
}
