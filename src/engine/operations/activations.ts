import type { Tensor } from "../Tensor.js";
import { T } from "./attr.js";
import { op, opOutputs } from "./op.js";

/** max(x, 0) */
export function relu(x: Tensor): Tensor {
  return op("Relu", [T], [x]);
}

/** d loss / d x of `relu`, from its output. */
export function reluGrad(dy: Tensor, y: Tensor): Tensor {
  return op("ReluGrad", [T], [dy, y]);
}

/** min(max(x, 0), 6) */
export function relu6(x: Tensor): Tensor {
  return op("Relu6", [T], [x]);
}

/** d loss / d x of `relu6`, from its output. */
export function relu6Grad(dy: Tensor, y: Tensor): Tensor {
  return op("Relu6Grad", [T], [dy, y]);
}

/** 1 / (1 + exp(-x)) */
export function sigmoid(x: Tensor): Tensor {
  return op("Sigmoid", [T], [x]);
}

/** log(1 + exp(x)) */
export function softplus(x: Tensor): Tensor {
  return op("Softplus", [T], [x]);
}

/** Powers of e over the last axis, divided by their sum. */
export function softmax(logits: Tensor): Tensor {
  return op("Softmax", [T], [logits]);
}

/**
 * Cross-entropy of softmax(logits `[n, c]`) with target distributions `[n, c]`: a loss an item, and its gradient.
 */
export function softmaxCrossEntropy(logits: Tensor, targets: Tensor): { losses: Tensor; dLogits: Tensor } {
  const [losses, dLogits] = opOutputs("SoftmaxCrossEntropyWithLogits", [T], [logits, targets], 2);
  if (!losses || !dLogits) throw new Error("SoftmaxCrossEntropyWithLogits gave too few outputs");
  return { losses, dLogits };
}
