/** What `learn.getLabelPreds()` gives of images that may have several labels, in the order of the set. */
export interface LabelPredictions {
  /** The probability of each label by itself, `[n, c]` row by row. */
  readonly probs: Float32Array;
  /** 1 the image has the label, 0 it has not, NaN it is not known; `[n, c]` row by row. */
  readonly targets: Float32Array;
  /** The labels' names; their number is c. */
  readonly classes: readonly string[];
  /** What the images are called, as in `Predictions`. */
  readonly set?: string;
  /** Whose image each item is, as in `Predictions`. */
  readonly patients?: Int32Array;
  /** What is called a patient above, where the images need not be of any. @default "patient" */
  readonly groupNoun?: "patient" | "group";
}
