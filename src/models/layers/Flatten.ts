import { channelsOf, reshape } from "../../engine/operations/arrayOps.js";
import type { Tensor } from "../../engine/Tensor.js";
import { Module } from "./Module.js";

/** x `[n, 1, 1, c]` -> `[n, c]`: what stands in for a body whose features are known. Nothing below it is trained. */
export class Flatten extends Module {
  forward(x: Tensor): Tensor {
    return reshape(x, [-1, channelsOf(x)]);
  }

  backward(dy: Tensor): undefined {
    dy.dispose();
    return undefined;
  }
}
