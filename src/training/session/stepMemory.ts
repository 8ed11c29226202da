import { zerosLike } from "../../engine/operations/arrayOps.js";
import { Random } from "../../core/Random.js";
import { tf } from "../../engine/tensorflow.js";
import type { Cnn } from "../../models/Cnn.js";

/** What a training step keeps at least, in bytes; TensorFlow's working memory comes on top. */
export interface StepMemory {
  /** What the forward pass keeps until the backward pass has used it; for one image. */
  readonly activations: number;
  /** Weights and running statistics, gradients, and the optimizer's state. */
  readonly variables: number;
}

/**
 * Measured, not reckoned: one blank image goes forward as in training, and what is then kept is counted.
 * @param size side of the square images, in pixels
 * @param slots arrays that the optimizer keeps of each parameter
 */
export function stepMemory(
  model: Cnn,
  size: number,
  { slots, checkpointing }: { readonly slots: number; readonly checkpointing?: boolean },
): StepMemory {
  const bytes = (variables: readonly { readonly size: number }[]) =>
    variables.reduce((sum, variable) => sum + 4 * variable.size, 0);
  const trained = model.parameters().filter(({ requiresGrad }) => requiresGrad);
  const before = tf.memory().numBytes;
  const activations = tf.tidy(() => {
    const x = tf.zeros([1, size, size, 3]);
    // As if again: the running statistics stay.
    const y = model.forward(x, { training: true, isRecompute: true, random: new Random(0), checkpointing });
    const kept = tf.memory().numBytes - before;
    // Releases what the layers keep.
    model.backward(zerosLike(y));
    return kept;
  });
  for (const parameter of trained) parameter.zeroGrad();
  return { activations, variables: bytes(model.state()) + (1 + slots) * bytes(trained) };
}
