import { add, mul } from "../../engine/operations/mathOps.js";
import { constant } from "../../engine/operations/op.js";
import type { Tensor } from "../../engine/Tensor.js";
import { tf } from "../../engine/tensorflow.js";
import { Module } from "./Module.js";

/**
 * Multiplies each channel by a fixed number and adds another: for a net whose weights were trained on images that were
 * normalised in another way. x `[n, h, w, channels]` -> the same shape
 */
export class Rescale extends Module {
  constructor(
    private readonly scale: readonly number[],
    private readonly offset: readonly number[],
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return tf.tidy(() => add(mul(x, constant(this.scale, "float32")), constant(this.offset, "float32")));
  }

  backward(dy: Tensor, needsInputGrad: boolean): Tensor | undefined {
    const dx = needsInputGrad ? tf.tidy(() => mul(dy, constant(this.scale, "float32"))) : undefined;
    dy.dispose();
    return dx;
  }
}
