import type { Batch } from "../data/Batch.js";
import { softmaxCrossEntropy } from "../engine/kernels.js";
import { tf } from "../engine/tensorflow.js";
import type { Cnn } from "../models/Cnn.js";

export interface EvaluatedBatch {
  /** `[n, c]` row by row */
  readonly logits: Float32Array;
  /** Cross-entropy of each item, `[n]`. */
  readonly losses: Float32Array;
}

/** One batch through the net in evaluation mode. */
export function evaluateBatch(model: Cnn, { x, shape, y }: Omit<Batch, "items">): EvaluatedBatch {
  return tf.tidy(() => {
    const logits = model.forward(tf.tensor4d(x, [...shape]), { training: false });
    const { losses } = softmaxCrossEntropy(logits, tf.tensor1d(y, "int32"));
    return { logits: floats(logits), losses: floats(losses) };
  });
}

const floats = (tensor: { dataSync(): unknown }): Float32Array => (tensor.dataSync() as Float32Array).slice();
