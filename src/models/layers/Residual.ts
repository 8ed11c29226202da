import { add, addAll } from "../../engine/operations/mathOps.js";
import { relu, reluGrad } from "../../engine/operations/activations.js";
import { release, retain } from "../../engine/references.js";
import type { Tensor } from "../../engine/Tensor.js";
import { savesForBackward, Module, type Pass, releaseAll, Saved } from "./Module.js";
import type { Sequential } from "./Sequential.js";

/** The branches of a block with a shortcut. */
export interface ResidualOptions {
  /** What is added to the shortcut. */
  readonly main: Sequential;
  /** Brings the shortcut to the shape of `main`'s output; default: the input itself is the shortcut. */
  readonly downsample?: Sequential;
  /** Follow the sum with a ReLU, as ResNet does and MobileNetV2 does not. */
  readonly relu: boolean;
}

/** A block with a shortcut around it: `main(x) + x` (He et al., 2015). */
export class Residual extends Module {
  private readonly saved: Saved<{ y: Tensor | undefined }>;

  constructor(
    name: string,
    private readonly options: ResidualOptions,
  ) {
    super();
    this.saved = new Saved(name);
  }

  override children(): readonly Module[] {
    const { main, downsample } = this.options;
    return downsample ? [main, downsample] : [main];
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const { main, downsample } = this.options;
    const residual = main.forward(x, pass);
    const shortcut = downsample?.forward(x, pass);
    // Behind the depthwise convolution of a batch norm in training, TensorFlow 2.21 makes a broken node of `addAll`.
    const sum = pass.training ? add(residual, shortcut ?? x) : addAll([residual, shortcut ?? x]);
    release(residual);
    if (shortcut) release(shortcut);
    const y = this.activate(sum);
    if (savesForBackward(pass)) this.saved.put({ y: this.options.relu ? retain(y) : undefined });
    return y;
  }

  private activate(sum: Tensor): Tensor {
    if (!this.options.relu) return sum;
    const y = relu(sum);
    sum.dispose();
    return y;
  }

  backward(dy: Tensor, needsInputGrad: boolean): Tensor | undefined {
    const { main, downsample } = this.options;
    const saved = this.saved.take();
    let d = dy;
    if (saved.y) {
      d = reluGrad(dy, saved.y);
      dy.dispose();
    }
    releaseAll(saved);
    // Both branches take over a gradient of their own; a clone shares the memory.
    const dMain = main.backward(d.clone(), needsInputGrad);
    const dShortcut = downsample ? downsample.backward(d, needsInputGrad) : d;
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
