import { tf } from "../../src/engine/tensorflow.js";
import type { Cnn } from "../../src/models/Cnn.js";
import {
  lossAndGradients,
  type MixedBatch,
  type StepSettings,
} from "../../src/training/session/lossAndGradients.js";

/**
 * A step without an update, operation by operation: what a fit's graph is held against.
 * @returns the loss; the gradients are with the parameters
 */
export function trainStep(model: Cnn, batch: MixedBatch, settings: StepSettings): number {
  return tf.tidy(() => lossAndGradients(model, () => batch, settings).dataSync<"float32">()[0] ?? NaN);
}
