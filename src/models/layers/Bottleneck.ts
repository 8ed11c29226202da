import { BatchNorm } from "./BatchNorm.js";
import { Conv2d } from "./Conv2d.js";
import { Residual } from "./Residual.js";
import { Sequential } from "./Sequential.js";

export interface BlockOptions {
  readonly in: number;
  /** Channels of the 3x3 convolutions. */
  readonly width: number;
  readonly stride: number;
  /** Where a bottleneck has its stride: in the first 1x1 convolution (He et al. 2015, Keras) or in the 3x3 one (torchvision). */
  readonly strideIn: "conv1" | "conv2";
  readonly epsilon: number;
}

/** The block of ResNet-50 and deeper: 1x1, 3x3 and 1x1 convolutions, the last with four times the channels. */
export class Bottleneck extends Residual {
  static readonly expansion = 4;

  constructor(name: string, options: BlockOptions) {
    const { in: cin, width, stride, strideIn, epsilon } = options;
    const out = Bottleneck.expansion * width;
    const [first, second] = strideIn === "conv1" ? [stride, 1] : [1, stride];
    const main = new Sequential([
      new Conv2d(`${name}.conv1`, { in: cin, out: width, kernel: 1, stride: first }),
      new BatchNorm(`${name}.bn1`, { channels: width, epsilon, relu: true }),
      new Conv2d(`${name}.conv2`, { in: width, out: width, kernel: 3, stride: second, padding: 1 }),
      new BatchNorm(`${name}.bn2`, { channels: width, epsilon, relu: true }),
      new Conv2d(`${name}.conv3`, { in: width, out, kernel: 1 }),
      new BatchNorm(`${name}.bn3`, { channels: out, epsilon }),
    ]);
    super(name, { main, downsample: shortcut(name, options, out), relu: true });
  }
}

/** A 1x1 convolution where the block changes the shape. */
export function shortcut(
  name: string,
  { in: cin, stride, epsilon }: BlockOptions,
  out: number,
): Sequential | undefined {
  if (stride === 1 && cin === out) return undefined;
  return new Sequential([
    new Conv2d(`${name}.downsample.0`, { in: cin, out, kernel: 1, stride }),
    new BatchNorm(`${name}.downsample.1`, { channels: out, epsilon }),
  ]);
}
