import { shapeOf } from "../../engine/operations/arrayOps.js";
import { avgPool, avgPoolGrad } from "../../engine/operations/avgPool.js";
import type { PoolGeometry } from "../../engine/operations/maxPool.js";
import type { Tensor } from "../../engine/Tensor.js";
import { savesForBackward, Module, type Pass, releaseAll, Saved } from "./Module.js";

/** The mean of each window; what is left over at the ends is not covered. x `[n, h, w, c]` -> `[n, h', w', c]` */
export class AvgPool2d extends Module {
  private readonly geometry: PoolGeometry;
  private readonly saved = new Saved<{ inputShape: Tensor }>("AvgPool2d");

  /** @param size side of the window, in pixels, and from one window to the next */
  constructor(size: number) {
    super();
    // Without padding: TensorFlow would not count it, and PyTorch does.
    this.geometry = { size: [size, size], stride: size, padding: 0 };
  }

  forward(x: Tensor, pass: Pass): Tensor {
    if (savesForBackward(pass)) this.saved.put({ inputShape: shapeOf(x) });
    return avgPool(x, this.geometry);
  }

  backward(dy: Tensor, needsInputGrad: boolean): Tensor | undefined {
    const saved = this.saved.take();
    const dx = needsInputGrad ? avgPoolGrad(saved.inputShape, dy, this.geometry) : undefined;
    releaseAll(saved);
    dy.dispose();
    return dx;
  }
}
