import type { Tensor } from "../Tensor.js";
import { tf } from "../tensorflow.js";
import { channelsOf, reshape } from "./arrayOps.js";
import { attr, float32, int32, T } from "./attr.js";
import { usesGpu } from "./binding.js";
import { add, biasAdd, biasGrad, div, mul, sub } from "./mathOps.js";
import { constant, op, opOutputs } from "./op.js";

/** What a training pass of batch normalisation leaves for its gradient. */
export interface BatchNormStatistics {
  /** What was normalised: the input, or the input less a constant for each channel. */
  readonly x: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly reserve: Tensor;
}

const batchNormAttrs = (epsilon: number, training: boolean) => [
  T,
  attr.type("U", float32),
  attr.float("epsilon", epsilon),
  attr.bool("is_training", training),
];

export interface BatchNormTraining {
  readonly y: Tensor;
  /** momentum * batch + (1 - momentum) * running, the variance unbiased (n / (n - 1)), as PyTorch keeps it. */
  readonly runningMean: Tensor;
  readonly runningVariance: Tensor;
  readonly statistics: BatchNormStatistics;
}

/**
 * Normalises x `[n, h, w, c]` by its own mean and (biased) variance for each channel.
 * @param momentum the share of this batch in the new running statistics; PyTorch's default is 0.1
 */
export function batchNormTraining(...inputs: Parameters<typeof batchNormByParts>): BatchNormTraining {
  return usesGpu() ? batchNormByOneOperation(...inputs) : batchNormByParts(...inputs);
}

interface BatchNormSettings {
  readonly epsilon: number;
  readonly momentum: number;
}

interface Running {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

function batchNormByOneOperation(
  x: Tensor,
  scale: Tensor,
  offset: Tensor,
  running: Running,
  { epsilon, momentum }: BatchNormSettings,
): BatchNormTraining {
  const attrs = [...batchNormAttrs(epsilon, true), attr.float("exponential_avg_factor", momentum)];
  const inputs = [x, scale, offset, running.mean, running.variance];
  const [y, runningMean, runningVariance, mean, variance, reserve] = six(
    opOutputs("FusedBatchNormV3", attrs, inputs, 6),
  );
  return { y, runningMean, runningVariance, statistics: { x: x.clone(), mean, variance, reserve } };
}

/**
 * On a CPU TensorFlow's own operation takes two to five times as long as these: two sums, then a depthwise 1x1
 * convolution with a bias, which is `a x + b` for each channel in one pass over memory.
 */
function batchNormByParts(
  x: Tensor,
  scale: Tensor,
  offset: Tensor,
  running: Running,
  { epsilon, momentum }: BatchNormSettings,
): BatchNormTraining {
  const c = channelsOf(x);
  const [y, runningMean, runningVariance, mean, variance, reserve, z] = tf.tidy(() => {
    const scalar = (value: number) => constant([value], "float32", []);
    // Less the running mean: the mean of the squares less the square of the mean is exact only where the mean is
    // small beside the deviation. Behind a convolution a graph makes this a part of it, at no cost.
    const z = biasAdd(x, op("Neg", [T], [running.mean]));
    // Values of a channel: all of them over the channels.
    const count = div(cast(op("Size", [T, attr.type("out_type", int32)], [z])), scalar(c));
    const mean = div(biasGrad(z), count);
    const squares = div(sumOfProducts(z, z, c), count);
    const variance = op("Maximum", [T], [sub(squares, op("Square", [T], [mean])), scalar(0)]);
    const { a, b } = batchNormAffine(scale, offset, { mean, variance }, epsilon);
    const y = biasAdd(op("DepthwiseConv2dNative", pointwise, [z, reshape(a, [1, 1, c, 1])]), b);
    const unbiased = mul(variance, div(count, sub(count, scalar(1))));
    const share = scalar(momentum);
    const runningMean = add(running.mean, mul(share, mean));
    const runningVariance = add(running.variance, mul(share, sub(unbiased, running.variance)));
    return [y, runningMean, runningVariance, mean, variance, constant([], "float32"), z] as Tensor[];
  }) as unknown as [...Six, Tensor];
  return { y, runningMean, runningVariance, statistics: { x: z, mean, variance, reserve } };
}

/** Batch norm with known statistics is a x + b for each channel. */
export function batchNormAffine(
  scale: Tensor,
  offset: Tensor,
  { mean, variance }: Running,
  epsilon: number,
): { a: Tensor; b: Tensor } {
  const a = mul(scale, op("Rsqrt", [T], [add(variance, constant([epsilon], "float32", []))]));
  return { a, b: sub(offset, mul(mean, a)) };
}

const pointwise = [T, attr.int("strides", [1, 1, 1, 1]), attr.string("padding", "VALID")];

/** The sum of x dy for each of `c` channels: the gradient of a depthwise 1x1 filter. */
function sumOfProducts(x: Tensor, dy: Tensor, c: number): Tensor {
  const sizes = constant([1, 1, c, 1], "int32");
  return reshape(op("DepthwiseConv2dNativeBackpropFilter", pointwise, [x, sizes, dy]), [c]);
}

const cast = (x: Tensor): Tensor => op("Cast", [attr.type("SrcT", int32), attr.type("DstT", float32)], [x]);

/** Gradients of `batchNormTraining` for x, scale and offset. */
export function batchNormGrad(
  dy: Tensor,
  scale: Tensor,
  { x, mean, variance, reserve }: BatchNormStatistics,
  epsilon: number,
): { dx: Tensor; dScale: Tensor; dOffset: Tensor } {
  const inputs = [dy, x, scale, mean, variance, reserve];
  const outputs = opOutputs("FusedBatchNormGradV3", batchNormAttrs(epsilon, true), inputs, 5);
  const [dx, dScale, dOffset, ...rest] = outputs;
  if (!dx || !dScale || !dOffset) throw new Error("FusedBatchNormGradV3 gave too few outputs");
  rest.forEach((tensor) => {
    tensor.dispose();
  });
  return { dx, dScale, dOffset };
}

type Six = [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];

function six(outputs: Tensor[]): Six {
  if (outputs.length !== 6) throw new Error(`FusedBatchNormV3 gave ${outputs.length} outputs, not 6`);
  return outputs as Six;
}
