import type { FeedValue } from "./graph/Feed.js";
import { currentRecorder } from "./graph/recording.js";
import type { Tensor } from "./Tensor.js";
import { tf } from "./tensorflow.js";

/**
 * A tensor whose numbers are new in each step: pixels, labels, a rate, a mask. While a step is recorded it becomes
 * an input of the graph, and `make` is asked again for each step that runs it.
 * @param n items in the batch at hand
 * @param make gives shape and values for a batch of `n` items
 */
export function feed(n: number, make: (n: number) => FeedValue): Tensor {
  const tensor = fedTensor(make(n));
  currentRecorder()?.feed(tensor, make);
  return tensor;
}

/** The numbers for one input as a tensor. */
export function fedTensor({ shape, values }: FeedValue): Tensor {
  return tf.tensor(values, [...shape], values instanceof Int32Array ? "int32" : "float32");
}

/** A single number that is new in each step. */
export function feedScalar(value: () => number): Tensor {
  return feed(1, () => ({ shape: [], values: Float32Array.of(value()) }));
}
