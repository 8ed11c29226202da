import { feed } from "../../engine/feed.js";
import type { Tensor } from "../../engine/Tensor.js";
import { tf } from "../../engine/tensorflow.js";
import type { Cnn } from "../../models/Cnn.js";
import type { Loss } from "../losses/Loss.js";
import type { TrainBatch } from "../DataBunch.js";

export interface EvaluatedBatch {
  /** `[n, c]` row by row */
  readonly logits: Float32Array;
  /** The loss of each item, not weighted, `[n]`. */
  readonly losses: Float32Array;
}

/**
 * One batch through the net in evaluation mode, operation by operation. A learner runs the same operations as one
 * graph (`NetSession`); this is what it is held against.
 */
export function evaluateBatch(model: Cnn, batch: TrainBatch, loss: Loss): EvaluatedBatch {
  return tf.tidy(() => {
    const { logits, losses } = logitsAndLosses(model, () => batch, loss);
    return { logits: floats(logits), losses: floats(losses) };
  });
}

/**
 * The operations of `evaluateBatch`.
 * @param batch asked for its arrays in each run
 */
export function logitsAndLosses(
  model: Cnn,
  batch: () => TrainBatch,
  loss: Loss,
): { logits: Tensor; losses: Tensor } {
  const n = batch().shape[0];
  const x = feed(n, () => ({ shape: batch().shape, values: batch().x }));
  const logits = model.forward(x, { training: false });
  return { logits, losses: loss.evaluate(logits, { n, current: batch }) };
}

const floats = (tensor: { dataSync(): unknown }): Float32Array => (tensor.dataSync() as Float32Array).slice();
