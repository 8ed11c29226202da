import { add, addAll, relu, reluGrad } from "../../engine/kernels.js";
import { release, retain } from "../../engine/references.js";
import type { Tensor } from "../../engine/tensorflow.js";
import { BatchNorm } from "./BatchNorm.js";
import { Conv2d } from "./Conv2d.js";
import { keeps, Module, type Pass, releaseAll, Saved } from "./Module.js";
import { Sequential } from "./Sequential.js";

export interface BottleneckOptions {
  readonly in: number;
  /** Channels of the 3x3 convolution; the block gives four times as many. */
  readonly width: number;
  readonly stride: number;
  /** Where the stride is: the first 1x1 convolution (He et al. 2015, Keras) or the 3x3 one (torchvision). */
  readonly strideIn: "conv1" | "conv2";
  readonly epsilon: number;
}

export const expansion = 4;

/** The residual block of ResNet-50: 1x1, 3x3 and 1x1 convolutions around a shortcut (He et al., 2015). */
export class Bottleneck extends Module {
  private readonly main: Sequential;
  private readonly downsample: Sequential | undefined;
  private readonly saved: Saved<{ y: Tensor }>;

  constructor(name: string, { in: cin, width, stride, strideIn, epsilon }: BottleneckOptions) {
    super();
    const out = expansion * width;
    const [first, second] = strideIn === "conv1" ? [stride, 1] : [1, stride];
    this.main = new Sequential([
      new Conv2d(`${name}.conv1`, { in: cin, out: width, kernel: 1, stride: first }),
      new BatchNorm(`${name}.bn1`, { channels: width, epsilon, relu: true }),
      new Conv2d(`${name}.conv2`, { in: width, out: width, kernel: 3, stride: second, padding: 1 }),
      new BatchNorm(`${name}.bn2`, { channels: width, epsilon, relu: true }),
      new Conv2d(`${name}.conv3`, { in: width, out, kernel: 1 }),
      new BatchNorm(`${name}.bn3`, { channels: out, epsilon }),
    ]);
    if (stride !== 1 || cin !== out) {
      this.downsample = new Sequential([
        new Conv2d(`${name}.downsample.0`, { in: cin, out, kernel: 1, stride }),
        new BatchNorm(`${name}.downsample.1`, { channels: out, epsilon }),
      ]);
    }
    this.saved = new Saved(name);
  }

  override children(): readonly Module[] {
    return this.downsample ? [this.main, this.downsample] : [this.main];
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const residual = this.main.forward(x, pass);
    const shortcut = this.downsample?.forward(x, pass);
    // Behind the depthwise convolution of a batch norm in training, TensorFlow 2.21 makes a broken node of `addAll`.
    const sum = pass.training ? add(residual, shortcut ?? x) : addAll([residual, shortcut ?? x]);
    release(residual);
    if (shortcut) release(shortcut);
    const y = relu(sum);
    sum.dispose();
    if (keeps(pass)) this.saved.put({ y: retain(y) });
    return y;
  }

  backward(dy: Tensor, needsInputGrad: boolean): Tensor | undefined {
    const saved = this.saved.take();
    const d = reluGrad(dy, saved.y);
    dy.dispose();
    releaseAll(saved);
    // Both branches take over a gradient of their own; a clone shares the memory.
    const dMain = this.main.backward(d.clone(), needsInputGrad);
    let dShortcut: Tensor | undefined = d;
    if (this.downsample) dShortcut = this.downsample.backward(d, needsInputGrad);
    if (!dMain || !dShortcut || !needsInputGrad) {
      dMain?.dispose();
      dShortcut?.dispose();
      return undefined;
    }
    const dx = add(dMain, dShortcut);
    dMain.dispose();
    dShortcut.dispose();
    return dx;
  }
}
