import {
  depthwiseConv2d,
  depthwiseConv2dFilterGrad,
  depthwiseConv2dInputGrad,
} from "../../engine/operations/depthwiseConv2d.js";
import type { Tensor } from "../../engine/Tensor.js";
import { Conv2d, type Conv2dOptions } from "./Conv2d.js";

/**
 * A convolution of each channel by itself, without bias: PyTorch's `Conv2d` with as many groups as channels.
 * x `[n, h, w, channels]` -> `[n, h', w', channels]`; the weight is `[kernel, kernel, 1, channels]`.
 */
export class DepthwiseConv2d extends Conv2d {
  constructor(
    name: string,
    { channels, ...window }: { readonly channels: number } & Omit<Conv2dOptions, "in" | "out">,
  ) {
    super(name, { in: 1, out: channels, ...window });
  }

  protected override convolve(x: Tensor, filter: Tensor): Tensor {
    return depthwiseConv2d(x, filter, this.geometry);
  }

  protected override inputGrad(inputShape: Tensor, filter: Tensor, dy: Tensor): Tensor {
    return depthwiseConv2dInputGrad(inputShape, filter, dy, this.geometry);
  }

  protected override filterGrad(x: Tensor, dy: Tensor): Tensor {
    return depthwiseConv2dFilterGrad(x, this.weight.shape, dy, this.geometry);
  }
}
