import { relu, reluGrad } from "../../engine/operations/activations.js";
import { retain } from "../../engine/references.js";
import type { Tensor } from "../../engine/Tensor.js";
import { savesForBackward, Module, type Pass, releaseAll, Saved } from "./Module.js";

/** max(x, 0) */
export class Relu extends Module {
  private readonly saved = new Saved<{ y: Tensor }>("Relu");

  forward(x: Tensor, pass: Pass): Tensor {
    const y = relu(x);
    if (savesForBackward(pass)) this.saved.put({ y: retain(y) });
    return y;
  }

  backward(dy: Tensor, needsInputGrad: boolean): Tensor | undefined {
    const saved = this.saved.take();
    const dx = needsInputGrad ? reluGrad(dy, saved.y) : undefined;
    releaseAll(saved);
    dy.dispose();
    return dx;
  }
}
