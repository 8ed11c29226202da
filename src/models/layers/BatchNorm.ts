import { channelsOf, reshape } from "../../engine/operations/arrayOps.js";
import { batchNormAffine, batchNormGrad, batchNormTraining } from "../../engine/operations/batchNorm.js";
import { add, biasAdd, mul } from "../../engine/operations/mathOps.js";
import { relu, relu6, relu6Grad, reluGrad } from "../../engine/operations/activations.js";
import { hoist } from "../../engine/hoist.js";
import { release, retain } from "../../engine/references.js";
import type { Tensor } from "../../engine/Tensor.js";
import { tf } from "../../engine/tensorflow.js";
import { Parameter, Variable } from "../../engine/Variable.js";
import type { Conv2d } from "./Conv2d.js";
import { savesForBackward, Module, type Pass, releaseAll, Saved } from "./Module.js";

/** How a batch norm normalises, and what follows in the same step. */
export interface BatchNormOptions {
  /** How many its input has. */
  readonly channels: number;
  /** PyTorch's default is 1e-5; the Keras weights want 1e-3. */
  readonly epsilon?: number;
  /** The share of a batch in the running statistics. */
  readonly momentum?: number;
  /** Follow with a ReLU in the same step, so that what lies between the two is never kept. */
  readonly relu?: boolean;
  /** The same with a ReLU that ends at 6, as MobileNetV2 has it. */
  readonly relu6?: boolean;
}

/**
 * Batch normalisation over all axes but the last (Ioffe and Szegedy, 2015), with PyTorch's conventions: biased
 * variance to normalise, unbiased for the running value. x `[n, h, w, channels]` or `[n, channels]`.
 */
export class BatchNorm extends Module {
  /** `[channels]`, ones at first. */
  readonly weight: Parameter;
  /** `[channels]`, zeros at first. */
  readonly bias: Parameter;
  /** `[channels]`, what evaluation subtracts. */
  readonly runningMean: Variable;
  /** `[channels]`, by whose root evaluation divides. */
  readonly runningVariance: Variable;
  private readonly options: Required<BatchNormOptions>;
  /** A pass in evaluation whose gradient is wanted; its output is kept where an activation is in it. */
  private affinePass: { readonly y: Tensor | undefined } | undefined;
  private readonly saved: Saved<{
    y: Tensor | undefined;
    x: Tensor;
    mean: Tensor;
    variance: Tensor;
    reserve: Tensor;
  }>;

  constructor(name: string, options: BatchNormOptions) {
    super();
    this.options = { epsilon: 1e-5, momentum: 0.1, relu: false, relu6: false, ...options };
    const shape = [options.channels];
    const ones = new Float32Array(options.channels).fill(1);
    this.weight = new Parameter(`${name}.weight`, shape, ones);
    this.bias = new Parameter(`${name}.bias`, shape);
    this.runningMean = new Variable(`${name}.running_mean`, shape);
    this.runningVariance = new Variable(`${name}.running_var`, shape, ones);
    this.saved = new Saved(name);
  }

  override ownParameters(): readonly Parameter[] {
    return [this.weight, this.bias];
  }

  override ownBuffers(): readonly Variable[] {
    return [this.runningMean, this.runningVariance];
  }

  forward(input: Tensor, pass: Pass): Tensor {
    if (!pass.training) {
      const y = tf.tidy(() => {
        const { a, b } = this.affine();
        return this.activate(add(mul(input, hoist(a)), hoist(b)));
      });
      if (savesForBackward(pass)) this.affinePass = { y: this.isActivated ? retain(y) : undefined };
      return y;
    }
    const x = asImage(input);
    const [scale, offset] = [this.weight.read(), this.bias.read()];
    const running = { mean: this.runningMean.read(), variance: this.runningVariance.read() };
    const made = batchNormTraining(x, scale, offset, running, this.options);
    if (pass.isRecompute !== true) {
      this.runningMean.assign(made.runningMean);
      this.runningVariance.assign(made.runningVariance);
    }
    made.runningMean.dispose();
    made.runningVariance.dispose();
    const y = this.activate(made.y);
    if (savesForBackward(pass))
      this.saved.put({ y: this.isActivated ? retain(y) : undefined, ...made.statistics });
    else releaseAll({ ...made.statistics });
    // Another view of a 2-D input is this layer's own.
    if (x !== input) x.dispose();
    for (const read of [scale, offset, running.mean, running.variance]) read.dispose();
    return likeInput(y, input);
  }

  /** In evaluation: the convolution and this as one convolution with a bias. */
  forwardBehind(conv: Conv2d, x: Tensor): Tensor {
    return tf.tidy(() => {
      const { a, b } = this.affine();
      return this.activate(biasAdd(conv.forwardScaled(x, a), hoist(b)));
    });
  }

  /** By the running statistics each channel is a x + b. */
  private affine(): { a: Tensor; b: Tensor } {
    const running = { mean: this.runningMean.read(), variance: this.runningVariance.read() };
    return batchNormAffine(this.weight.read(), this.bias.read(), running, this.options.epsilon);
  }

  private get isActivated(): boolean {
    return this.options.relu || this.options.relu6;
  }

  private activate(y: Tensor): Tensor {
    if (!this.isActivated) return y;
    const active = this.options.relu6 ? relu6(y) : relu(y);
    y.dispose();
    return active;
  }

  backward(dOutput: Tensor, needsInputGrad: boolean): Tensor | undefined {
    if (this.affinePass) return this.backwardAffine(this.affinePass, dOutput, needsInputGrad);
    const saved = this.saved.take();
    const rank = dOutput.rank;
    const asImages = asImage(dOutput);
    if (asImages !== dOutput) dOutput.dispose();
    const dy = this.backwardActivation(asImages, saved.y);
    const scale = this.weight.read();
    const { dx, dScale, dOffset } = batchNormGrad(dy, scale, saved, this.options.epsilon);
    scale.dispose();
    dy.dispose();
    releaseAll(saved);
    for (const [parameter, gradient] of [
      [this.weight, dScale],
      [this.bias, dOffset],
    ] as const) {
      if (parameter.requiresGrad) parameter.addGrad(gradient);
      else gradient.dispose();
    }
    if (!needsInputGrad) {
      dx.dispose();
      return undefined;
    }
    return rank === 2 ? flatten(dx) : dx;
  }

  /** After a differentiable pass in evaluation: the running statistics are constants, and so is the slope a. */
  private backwardAffine(
    saved: { readonly y: Tensor | undefined },
    dOutput: Tensor,
    needsInputGrad: boolean,
  ): Tensor | undefined {
    this.affinePass = undefined;
    const dy = this.backwardActivation(dOutput, saved.y);
    releaseAll(saved);
    const dx = needsInputGrad ? tf.tidy(() => mul(dy, this.affine().a)) : undefined;
    dy.dispose();
    return dx;
  }

  /** @param y the activation's output; undefined: there is none */
  private backwardActivation(dActive: Tensor, y: Tensor | undefined): Tensor {
    if (!y) return dActive;
    const dy = this.options.relu6 ? relu6Grad(dActive, y) : reluGrad(dActive, y);
    dActive.dispose();
    return dy;
  }
}

/** TensorFlow's operation takes images; rows of features are images of one pixel. */
function asImage(x: Tensor): Tensor {
  return x.rank === 4 ? x : reshape(x, [-1, 1, 1, channelsOf(x)]);
}

function likeInput(y: Tensor, input: Tensor): Tensor {
  return input.rank === 4 ? y : flatten(y);
}

function flatten(x: Tensor): Tensor {
  const flat = reshape(x, [-1, channelsOf(x)]);
  release(x);
  return flat;
}
