import { concat, split } from "../../engine/operations/arrayOps.js";
import { add } from "../../engine/operations/mathOps.js";
import { release } from "../../engine/references.js";
import type { Tensor } from "../../engine/Tensor.js";
import { BatchNorm } from "./BatchNorm.js";
import { Conv2d } from "./Conv2d.js";
import { Module, type Pass } from "./Module.js";
import { Sequential } from "./Sequential.js";

/** The shape of a dense layer. */
export interface DenseLayerOptions {
  /** Channels of the input. */
  readonly in: number;
  /** Channels that are added to it. */
  readonly growth: number;
  /** Every batch norm adds it to the variance. */
  readonly epsilon: number;
}

/** The 1x1 convolution gives so many times the channels that are added (the paper's DenseNet-B). */
const bottleneck = 4;

/**
 * Adds channels that it computes to its input's (Huang et al., "Densely Connected Convolutional Networks", 2017): of a
 * batch norm, a 1x1 convolution, a batch norm and a 3x3 convolution. x `[n, h, w, in]` -> `[n, h, w, in + growth]`
 */
export class DenseLayer extends Module {
  private readonly main: Sequential;
  private readonly sizes: readonly [input: number, added: number];

  constructor(name: string, { in: cin, growth, epsilon }: DenseLayerOptions) {
    super();
    const width = bottleneck * growth;
    this.sizes = [cin, growth];
    this.main = new Sequential([
      new BatchNorm(`${name}.norm1`, { channels: cin, epsilon, relu: true }),
      new Conv2d(`${name}.conv1`, { in: cin, out: width, kernel: 1 }),
      new BatchNorm(`${name}.norm2`, { channels: width, epsilon, relu: true }),
      new Conv2d(`${name}.conv2`, { in: width, out: growth, kernel: 3, padding: 1 }),
    ]);
  }

  override children(): readonly Module[] {
    return [this.main];
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const added = this.main.forward(x, pass);
    const y = concat([x, added], 3);
    release(added);
    return y;
  }

  backward(dy: Tensor, needsInputGrad: boolean): Tensor | undefined {
    const [dInput, dAdded] = split(dy, this.sizes, 3);
    dy.dispose();
    const dMain = this.main.backward(dAdded, needsInputGrad);
    const dx = dMain && needsInputGrad ? add(dInput, dMain) : undefined;
    dInput.dispose();
    dMain?.dispose();
    return dx;
  }
}
