import type { Batch } from "../data/Batch.js";
import { feed, feedScalar } from "../engine/feed.js";
import { div, mean, softmaxCrossEntropy } from "../engine/kernels.js";
import type { Random } from "../engine/random.js";
import { type Tensor, tf } from "../engine/tensorflow.js";
import type { Cnn } from "../models/Cnn.js";

/** Pixels and labels of a training step. */
export type TrainBatch = Omit<Batch, "items">;

/** How a training step is done. */
export interface StepSettings {
  /** Draws dropout's masks. */
  readonly random: Random;
  /** Keep less of the forward pass, and compute it again in the backward pass; default false. */
  readonly checkpointing?: boolean;
}

/**
 * Forward, mean cross-entropy and backward for one batch, operation by operation: leaves the gradients with the
 * parameters. A fit runs the same operations as one graph (`NetSession`); this is what it is held against.
 * @returns the loss before any update
 */
export function trainStep(model: Cnn, batch: TrainBatch, settings: StepSettings): number {
  return tf.tidy(() => lossAndGradients(model, () => batch, settings).dataSync<"float32">()[0] ?? NaN);
}

/**
 * The operations of `trainStep`.
 * @param batch asked for its arrays in each step
 * @returns the mean loss, a scalar
 */
export function lossAndGradients(model: Cnn, batch: () => TrainBatch, settings: StepSettings): Tensor {
  const n = batch().shape[0];
  const x = feed(n, () => ({ shape: batch().shape, values: batch().x }));
  const y = feed(n, () => ({ shape: [batch().y.length], values: batch().y }));
  const logits = model.forward(x, { training: true, ...settings });
  const { losses, dLogits } = softmaxCrossEntropy(logits, y);
  logits.dispose();
  model.backward(
    div(
      dLogits,
      feedScalar(() => batch().shape[0]),
    ),
  );
  return mean(losses, [0]);
}
