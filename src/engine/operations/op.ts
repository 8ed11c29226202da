import { currentRecorder } from "../graph/recording.js";
import type { Tensor } from "../Tensor.js";
import { tf } from "../tensorflow.js";
import { T } from "./attr.js";
import { type Attr, backend } from "./binding.js";

/**
 * TensorFlow's operations by their own names, one call each. tfjs composes batch normalisation, the gradient of ReLU
 * and Adam from elementwise kernels, at three times the cost of a whole training step; TensorFlow has each as a single
 * operation, and this is the way to it.
 *
 * Beside this file are the operations that a convolutional net is trained with, forward and backward, for images in
 * NHWC. Each of those functions returns new tensors and disposes none of its inputs.
 */

/** One operation with one output. */
export function op(name: string, attrs: readonly Attr[], inputs: readonly Tensor[]): Tensor {
  const tensor = backend().executeSingleOutput(name, attrs, inputs);
  currentRecorder()?.operation(name, attrs, inputs, [tensor]);
  return tensor;
}

/** x again, which a recorded graph gives no sooner than it has `first`. */
export function identityAfter(x: Tensor, first: Tensor): Tensor {
  const tensor = backend().executeSingleOutput("Identity", [T], [x]);
  currentRecorder()?.operation("Identity", [T], [x], [tensor], first);
  return tensor;
}

/** One operation with `outputs` outputs. */
export function opOutputs(
  name: string,
  attrs: readonly Attr[],
  inputs: readonly Tensor[],
  outputs: number,
): Tensor[] {
  const tensors = backend().executeMultipleOutputs(name, attrs, inputs, outputs);
  currentRecorder()?.operation(name, attrs, inputs, tensors);
  return tensors;
}

/** A tensor of fixed numbers, such as an operation's axes. */
export function constant(
  values: readonly number[],
  dtype: "int32" | "float32",
  shape = [values.length],
): Tensor {
  const tensor = tf.tensor([...values], shape, dtype);
  currentRecorder()?.constant(tensor, values, dtype);
  return tensor;
}
