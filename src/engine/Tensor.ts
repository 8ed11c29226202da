import type { Tensor as CoreTensor } from "@tensorflow/tfjs-core/dist/tensor.js";

/**
 * An array that the engine holds. The type comes from its own file: a notebook's first cell reads every declaration that
 * the package's types lead to, and those of the whole of TensorFlow.js are five hundred files.
 */
export type Tensor = CoreTensor;
