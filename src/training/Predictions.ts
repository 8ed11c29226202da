/** What `learn.getPreds()` gives: fast.ai's `[probs, y, losses]`, in the order of the validation set. */
export interface Predictions {
  /** Softmax probabilities, `[n, c]` row by row. */
  readonly probs: Float32Array;
  /** Actual class indices, `[n]`. */
  readonly y: Int32Array;
  /** Cross-entropy of each item, from the raw logits, `[n]`. */
  readonly losses: Float32Array;
  /** Class names; their number is c. */
  readonly classes: readonly string[];
}
