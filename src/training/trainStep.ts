import type { Batch } from "../data/Batch.js";
import { softmaxCrossEntropy } from "../engine/kernels.js";
import type { Random } from "../engine/random.js";
import { tf } from "../engine/tensorflow.js";
import type { Cnn } from "../models/Cnn.js";

/**
 * Forward, mean cross-entropy and backward for one batch: leaves the gradients with the parameters.
 * @returns the loss before any update
 */
export function trainStep(model: Cnn, { x, shape, y }: Omit<Batch, "items">, random: Random): number {
  return tf.tidy(() => {
    const input = tf.tensor4d(x, [...shape]);
    const logits = model.forward(input, { training: true, random });
    const { losses, dLogits } = softmaxCrossEntropy(logits, tf.tensor1d(y, "int32"));
    logits.dispose();
    model.backward(tf.div(dLogits, shape[0]));
    return tf.mean(losses).dataSync<"float32">()[0] ?? NaN;
  });
}
