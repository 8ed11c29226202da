import { add, biasGrad, matMul } from "../../engine/operations/mathOps.js";
import { retain } from "../../engine/references.js";
import type { Tensor } from "../../engine/Tensor.js";
import { tf } from "../../engine/tensorflow.js";
import { Parameter } from "../../engine/Variable.js";
import { savesForBackward, Module, type Pass, releaseAll, Saved } from "./Module.js";

/** x `[n, in]` -> `[n, out]` */
export class Linear extends Module {
  /** `[in, out]` */
  readonly weight: Parameter;
  readonly bias: Parameter;
  private readonly saved: Saved<{ x: Tensor }>;

  constructor(name: string, options: { readonly in: number; readonly out: number }) {
    super();
    this.weight = new Parameter(`${name}.weight`, [options.in, options.out]);
    this.bias = new Parameter(`${name}.bias`, [options.out]);
    this.saved = new Saved(name);
  }

  override ownParameters(): readonly Parameter[] {
    return [this.weight, this.bias];
  }

  forward(x: Tensor, pass: Pass): Tensor {
    if (savesForBackward(pass)) this.saved.put({ x: retain(x) });
    return tf.tidy(() => add(matMul(x, this.weight.read()), this.bias.read()));
  }

  backward(dy: Tensor, needsInputGrad: boolean): Tensor | undefined {
    const saved = this.saved.take();
    if (this.weight.requiresGrad) this.weight.addGrad(matMul(saved.x, dy, { transposeA: true }));
    if (this.bias.requiresGrad) this.bias.addGrad(biasGrad(dy));
    const dx = needsInputGrad
      ? tf.tidy(() => matMul(dy, this.weight.read(), { transposeB: true }))
      : undefined;
    releaseAll(saved);
    dy.dispose();
    return dx;
  }
}
