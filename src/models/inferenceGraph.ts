import { feed } from "../engine/feed.js";
import { recording } from "../engine/graph/recording.js";
import type { InferenceGraph } from "../engine/export/InferenceGraph.js";
import { InferenceRecorder } from "../engine/export/InferenceRecorder.js";
import { softmax } from "../engine/operations/activations.js";
import type { Tensor } from "../engine/Tensor.js";
import { tf } from "../engine/tensorflow.js";
import type { Cnn } from "./Cnn.js";
import { divergedRemedy, requireFiniteWeights } from "./requireFiniteWeights.js";

/** Side of the blank image that the graph is recorded with; it takes other sizes too. */
const side = 64;

/**
 * A net as it predicts, with its present weights: `images` `[n, h, w, 3]`, normalised -> `probabilities` `[n, c]`.
 * @param activation what makes probabilities of the logits
 * Batch norms are part of the convolutions before them.
 * @throws UserError naming an array of the net that holds no finite numbers
 */
export function inferenceGraph(model: Cnn, activation: (logits: Tensor) => Tensor = softmax): InferenceGraph {
  // One after the other, so that not all of them are in memory twice.
  for (const variable of model.state()) {
    const array = { name: variable.name, values: variable.values() };
    requireFiniteWeights([array], "The net cannot be exported", divergedRemedy);
  }
  const recorder = new InferenceRecorder();
  const shape = [1, side, side, 3];
  return recording(recorder, () => {
    // Not `tf.tidy`, which would look for tensors among all numbers of the graph.
    tf.engine().startScope();
    try {
      const images = feed(1, () => ({ shape, values: new Float32Array(side * side * 3) }));
      return recorder.finish(activation(model.forward(images, { training: false })), "probabilities");
    } finally {
      tf.engine().endScope();
    }
  });
}
