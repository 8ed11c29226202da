import { maxPool, maxPoolGrad, type PoolGeometry } from "../../engine/operations/maxPool.js";
import { retain } from "../../engine/references.js";
import type { Tensor } from "../../engine/Tensor.js";
import { savesForBackward, Module, type Pass, releaseAll, Saved } from "./Module.js";

/** The largest of each window. x `[n, h, w, c]` -> `[n, h', w', c]` */
export class MaxPool2d extends Module {
  private readonly saved = new Saved<{ x: Tensor; y: Tensor }>("MaxPool2d");

  constructor(private readonly geometry: PoolGeometry) {
    super();
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const y = maxPool(x, this.geometry);
    if (savesForBackward(pass)) this.saved.put({ x: retain(x), y: retain(y) });
    return y;
  }

  backward(dy: Tensor, needsInputGrad: boolean): Tensor | undefined {
    const saved = this.saved.take();
    const dx = needsInputGrad ? maxPoolGrad(saved.x, saved.y, dy, this.geometry) : undefined;
    releaseAll(saved);
    dy.dispose();
    return dx;
  }
}
