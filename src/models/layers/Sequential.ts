import { release } from "../../engine/references.js";
import type { Tensor } from "../../engine/Tensor.js";
import { BatchNorm } from "./BatchNorm.js";
import { Conv2d } from "./Conv2d.js";
import { Module, type Pass } from "./Module.js";

/**
 * Layers one after the other; in evaluation a batch norm becomes part of the convolution before it, unless a gradient is
 * to go back through both.
 */
export class Sequential extends Module {
  constructor(private readonly layers: readonly Module[]) {
    super();
  }

  override children(): readonly Module[] {
    return this.layers;
  }

  forward(x: Tensor, pass: Pass): Tensor {
    let h = x;
    const fuses = !pass.training && pass.differentiable !== true;
    for (let i = 0; i < this.layers.length; i++) {
      const [layer, following] = this.layers.slice(i, i + 2);
      if (!layer) break;
      let next: Tensor;
      if (fuses && layer instanceof Conv2d && following instanceof BatchNorm) {
        next = following.forwardBehind(layer, h);
        pass.observe?.(layer, next);
        pass.observe?.(following, next);
        i++;
      } else {
        next = layer.forward(h, pass);
        pass.observe?.(layer, next);
      }
      if (h !== x && h !== next) release(h);
      h = next;
    }
    return h;
  }

  backward(dy: Tensor, needsInputGrad: boolean): Tensor | undefined {
    // A gradient is needed below layer i as long as something down there is trained.
    const trained = this.layers.map((layer) => layer.requiresGrad());
    let d: Tensor | undefined = dy;
    for (let i = this.layers.length - 1; i >= 0 && d !== undefined; i--) {
      const neededBelow = needsInputGrad || trained.slice(0, i).some(Boolean);
      d = this.layers[i]?.backward(d, neededBelow);
    }
    return d;
  }
}
