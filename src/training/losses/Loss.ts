import type { Tensor } from "../../engine/Tensor.js";
import type { TrainBatch } from "../DataBunch.js";
import type { Mix } from "../mixUp.js";

/** What a loss takes of a batch: its labels and, with MixUp, how its items are mixed. */
export type LabelledBatch = Pick<TrainBatch, "y" | "targets"> & { readonly mix?: Mix };

/** Labels of the batch that a recorded graph runs with, asked for in each run. */
export interface BatchLabels {
  /** Items in the batch while the graph is recorded. */
  readonly n: number;
  readonly current: () => LabelledBatch;
}

/** What a training step goes by. */
export interface LossAndGradient {
  /** A scalar. */
  readonly loss: Tensor;
  /** Its gradient for the outputs, `[n, c]`. */
  readonly dLogits: Tensor;
}

/** A loss of a net's outputs, with its gradient: a new one is a file, and a function that makes it. */
export interface Loss {
  /** Outputs of the net. */
  readonly c: number;
  /** What it is, for a person. */
  readonly inWords: string;
  /** Whether it is of images that may have several labels. */
  readonly takesLabels: boolean;
  /** How much each item counts in a mean, `[n]`. */
  itemWeights(batch: LabelledBatch): Float32Array;
  /**
   * The operations of a training step.
   * @param logits `[n, c]`
   * @param sums whether the loss and its gradient are sums over the items and not means
   */
  step(logits: Tensor, labels: BatchLabels, sums: boolean): LossAndGradient;
  /**
   * The operations of an evaluation.
   * @param logits `[n, c]`
   * @returns the loss of each item, `[n]`; a set's is their mean by `itemWeights`
   */
  evaluate(logits: Tensor, labels: BatchLabels): Tensor;
}

/** Makes the loss for `c` outputs: a learner's `lossFunc`. */
export type LossFunc = (c: number) => Loss;
