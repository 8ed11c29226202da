/** What `learn.getPreds()` gives: fast.ai's `[probs, y, losses]`, in the order of the set. */
export interface Predictions {
  /** Softmax probabilities, `[n, c]` row by row. */
  readonly probs: Float32Array;
  /** Actual class indices, `[n]`. */
  readonly y: Int32Array;
  /** Cross-entropy of each item, from the raw logits, `[n]`. */
  readonly losses: Float32Array;
  /** Class names; their number is c. */
  readonly classes: readonly string[];
  /**
   * What the images are called in tables and titles: "training", "validation", "test", or "other" for those of another
   * bunch's loader. Undefined: not known.
   */
  readonly set?: string;
  /**
   * Whose image each item is, `[n]`: the patients' numbers, from 0 in the order in which they first appear. Undefined: it is
   * not known, and every item is taken as independent of the others.
   */
  readonly patients?: Int32Array;
  /** What is called a patient above, where the images need not be of any. @default "patient" */
  readonly groupNoun?: "patient" | "group";
  /** The positive class that the learner was given; undefined: what the classes' names say. */
  readonly positiveClass?: string;
}
