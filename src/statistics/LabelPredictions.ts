import type { Predictions } from "./Predictions.js";

/** What `learn.getLabelPreds()` gives of images that may have several labels, in the order of the set. */
export interface LabelPredictions extends Pick<Predictions, "classes" | "set" | "patients" | "groupNoun"> {
  /** The probability of each label by itself, `[n, c]` row by row. */
  readonly probs: Float32Array;
  /** 1 the image has the label, 0 it has not, NaN it is not known; `[n, c]` row by row. */
  readonly targets: Float32Array;
}
