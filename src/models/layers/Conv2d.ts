import { shapeOf } from "../../engine/operations/arrayOps.js";
import { conv2d, conv2dFilterGrad, conv2dInputGrad } from "../../engine/operations/conv2d.js";
import type { ConvGeometry, Padding } from "../../engine/operations/convGeometry.js";
import { mul } from "../../engine/operations/mathOps.js";
import { hoist } from "../../engine/hoist.js";
import { retain } from "../../engine/references.js";
import type { Tensor } from "../../engine/Tensor.js";
import { tf } from "../../engine/tensorflow.js";
import { Parameter } from "../../engine/Variable.js";
import { savesForBackward, Module, type Pass, releaseAll, Saved } from "./Module.js";

/** The shape of a convolution. */
export interface Conv2dOptions {
  /** Channels of the input. */
  readonly in: number;
  /** Channels of the output. */
  readonly out: number;
  /** Side of the square kernel. */
  readonly kernel: number;
  /** Pixels of the input from one pixel of the output to the next. @default 1 */
  readonly stride?: number;
  /** Rows of zeros on each side, or before and behind where these differ. @default 0 */
  readonly padding?: Padding;
}

/** Convolution without bias: a batch norm follows. x `[n, h, w, in]` -> `[n, h', w', out]` */
export class Conv2d extends Module {
  /** `[kernel, kernel, in, out]`, zeros until weights are loaded. */
  readonly weight: Parameter;
  /** Stride and padding. */
  protected readonly geometry: ConvGeometry;
  private readonly saved: Saved<{ x: Tensor | undefined; inputShape: Tensor }>;

  constructor(name: string, { in: cin, out, kernel, stride = 1, padding = 0 }: Conv2dOptions) {
    super();
    this.weight = new Parameter(`${name}.weight`, [kernel, kernel, cin, out]);
    this.geometry = { stride, padding };
    this.saved = new Saved(name);
  }

  override ownParameters(): readonly Parameter[] {
    return [this.weight];
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const filter = this.weight.read();
    const y = this.convolve(x, filter);
    filter.dispose();
    if (savesForBackward(pass)) {
      // Only the filter's gradient needs x: a frozen convolution lets it go, and in evaluation there is none.
      const isTrained = pass.training && this.weight.requiresGrad;
      this.saved.put({ x: isTrained ? retain(x) : undefined, inputShape: shapeOf(x) });
    }
    return y;
  }

  /** Evaluation with each output channel multiplied by `scale` `[out]`, in the weights. */
  forwardScaled(x: Tensor, scale: Tensor): Tensor {
    return tf.tidy(() => this.convolve(x, hoist(mul(this.weight.read(), scale))));
  }

  backward(dy: Tensor, needsInputGrad: boolean): Tensor | undefined {
    const saved = this.saved.take();
    if (saved.x && this.weight.requiresGrad) {
      this.weight.addGrad(this.filterGrad(saved.x, dy));
    }
    let dx: Tensor | undefined;
    if (needsInputGrad) {
      const filter = this.weight.read();
      dx = this.inputGrad(saved.inputShape, filter, dy);
      filter.dispose();
    }
    releaseAll(saved);
    dy.dispose();
    return dx;
  }

  /** The convolution itself. */
  protected convolve(x: Tensor, filter: Tensor): Tensor {
    return conv2d(x, filter, this.geometry);
  }

  /** The gradient for its input. */
  protected inputGrad(inputShape: Tensor, filter: Tensor, dy: Tensor): Tensor {
    return conv2dInputGrad(inputShape, filter, dy, this.geometry);
  }

  /** The gradient for its filter. */
  protected filterGrad(x: Tensor, dy: Tensor): Tensor {
    return conv2dFilterGrad(x, this.weight.shape, dy, this.geometry);
  }
}
