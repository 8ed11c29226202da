import { BatchNorm } from "./BatchNorm.js";
import { type BlockOptions, shortcut } from "./Bottleneck.js";
import { Conv2d } from "./Conv2d.js";
import { Residual } from "./Residual.js";
import { Sequential } from "./Sequential.js";

/** The block of ResNet-18 and ResNet-34: two 3x3 convolutions. */
export class BasicBlock extends Residual {
  static readonly expansion = 1;

  constructor(name: string, options: BlockOptions) {
    const { in: cin, width, stride, epsilon } = options;
    const main = new Sequential([
      new Conv2d(`${name}.conv1`, { in: cin, out: width, kernel: 3, stride, padding: 1 }),
      new BatchNorm(`${name}.bn1`, { channels: width, epsilon, relu: true }),
      new Conv2d(`${name}.conv2`, { in: width, out: width, kernel: 3, padding: 1 }),
      new BatchNorm(`${name}.bn2`, { channels: width, epsilon }),
    ]);
    super(name, { main, downsample: shortcut(name, options, width), relu: true });
  }
}
