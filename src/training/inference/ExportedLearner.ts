import type { Preprocessing } from "../../data/loading/prepareImage.js";
import type { BodySpec } from "../../models/bodies/Body.js";
import type { ConformalSets } from "../../statistics/conformalSets.js";
import type { DecisionThreshold } from "../../statistics/DecisionThreshold.js";

/** All that inference needs beside the weights, as an exported file keeps it in its metadata. */
export interface ExportedLearner {
  /** The architecture's name. */
  readonly arch: string;
  readonly body: BodySpec;
  /** In the order of the net's outputs. */
  readonly classes: readonly string[];
  readonly preparation: Preprocessing;
  /** What recall, precision and their kind speak of; undefined: means over the classes. */
  readonly positiveClass?: string;
  /** Undefined: the most probable class is predicted. */
  readonly threshold?: DecisionThreshold;
  /** What the net's logits are divided by before they become probabilities; undefined: nothing. */
  readonly temperature?: number;
  /** From when on an image may be of a class; undefined: a prediction does not say whether it is certain. */
  readonly conformalSets?: ConformalSets;
  /**
   * Where images may have several labels, from which probability on an image has each, in the order of the classes; undefined:
   * an image is of one class.
   */
  readonly labelThresholds?: readonly number[];
}
