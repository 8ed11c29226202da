import { currentRecorder } from "./graph/recording.js";
import type { Tensor } from "./Tensor.js";

/**
 * Marks a tensor that is computed from variables alone, such as weights with a batch norm folded in: a recorded
 * function computes it once for all its runs. Operation by operation it is simply computed.
 */
export function hoist(tensor: Tensor): Tensor {
  currentRecorder()?.hoist(tensor);
  return tensor;
}
