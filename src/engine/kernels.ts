import { attr, constant, float32, int32, op, opOutputs, T, usesGpu } from "./rawOps.js";
import { type Tensor, tf } from "./tensorflow.js";

/**
 * The operations a convolutional net is trained with, forward and backward, in NHWC. Every function returns new
 * tensors and disposes none of its inputs.
 */

/** Zero padding on each side of height and width, as PyTorch counts it. */
export interface ConvGeometry {
  readonly stride: number;
  readonly padding: number;
}

/** TensorFlow's own padding modes name a faster path than explicit numbers do, where they mean the same. */
function paddingMode(kernel: number, { stride, padding }: ConvGeometry): "VALID" | "SAME" | "EXPLICIT" {
  if (padding === 0) return "VALID";
  return stride === 1 && 2 * padding === kernel - 1 ? "SAME" : "EXPLICIT";
}

function paddingAttrs(kernel: number, geometry: ConvGeometry) {
  const mode = paddingMode(kernel, geometry);
  if (mode !== "EXPLICIT") return [attr.string("padding", mode)];
  const { padding } = geometry;
  return [
    attr.string("padding", mode),
    attr.int("explicit_paddings", [0, 0, padding, padding, padding, padding, 0, 0]),
  ];
}

const convAttrs = (kernel: number, geometry: ConvGeometry) => [
  T,
  attr.int("strides", [1, geometry.stride, geometry.stride, 1]),
  ...paddingAttrs(kernel, geometry),
];

/** x `[n, h, w, cin]`, filter `[k, k, cin, cout]` -> `[n, h', w', cout]` */
export function conv2d(x: Tensor, filter: Tensor, geometry: ConvGeometry): Tensor {
  return op("Conv2D", convAttrs(filter.shape[0], geometry), [x, filter]);
}

/** d loss / d x of `conv2d`; `inputShape` is x's `shapeOf`. */
export function conv2dInputGrad(
  inputShape: Tensor,
  filter: Tensor,
  dy: Tensor,
  geometry: ConvGeometry,
): Tensor {
  return op("Conv2DBackpropInput", convAttrs(filter.shape[0], geometry), [inputShape, filter, dy]);
}

/** d loss / d filter of `conv2d`, of shape `filterShape`. */
export function conv2dFilterGrad(
  x: Tensor,
  filterShape: readonly number[],
  dy: Tensor,
  geometry: ConvGeometry,
): Tensor {
  if (!usesGpu() && isFasterAsProduct(x, filterShape, geometry))
    return filterGradByProduct(x, filterShape, dy);
  const sizes = constant(filterShape, "int32");
  const dFilter = op("Conv2DBackpropFilter", convAttrs(filterShape[0] ?? 1, geometry), [x, sizes, dy]);
  sizes.dispose();
  return dFilter;
}

/**
 * Where a CPU computes the gradient sooner as one matrix product: pointwise convolutions with few or very many
 * channels (by 10 to 40%), and wide 3x3 ones over a few pixels (by a quarter at 7 x 7, eight times at 2 x 2).
 */
function isFasterAsProduct(
  x: Tensor,
  filterShape: readonly number[],
  { stride, padding }: ConvGeometry,
): boolean {
  const [kernel = 1, , cin = 0, cout = 0] = filterShape;
  const [, height = 0, width = 0] = x.shape;
  if (stride !== 1) return false;
  if (kernel === 1 && padding === 0) return Math.min(cin, cout) <= 64 || Math.max(cin, cout) >= 2048;
  return kernel === 3 && padding === 1 && Math.min(cin, cout) >= 512 && height * width <= 49;
}

/** Each output pixel's surroundings as a row, times its gradient. For stride 1 and padding that keeps the size. */
function filterGradByProduct(x: Tensor, filterShape: readonly number[], dy: Tensor): Tensor {
  const [kernel = 1, , cin = 0, cout = 0] = filterShape;
  return tf.tidy(() => {
    const patches = kernel === 1 ? x : op("ExtractImagePatches", patchAttrs(kernel), [x]);
    const rows = reshape(patches, [-1, kernel * kernel * cin]);
    return reshape(matMul(rows, reshape(dy, [-1, cout]), { transposeA: true }), filterShape);
  });
}

const patchAttrs = (kernel: number) => [
  T,
  attr.int("ksizes", [1, kernel, kernel, 1]),
  attr.int("strides", [1, 1, 1, 1]),
  attr.int("rates", [1, 1, 1, 1]),
  attr.string("padding", "SAME"),
];

/** A filter of `[k, k, 1, c]`, as layers keep it, in the order that TensorFlow wants: the numbers stay in place. */
const depthwiseFilter = (filter: Tensor): Tensor =>
  reshape(filter, [filter.shape[0], filter.shape[0], filter.shape[3] ?? 1, 1]);

/** Each channel convolved by itself. x `[n, h, w, c]`, filter `[k, k, 1, c]` -> `[n, h', w', c]` */
export function depthwiseConv2d(x: Tensor, filter: Tensor, geometry: ConvGeometry): Tensor {
  const { stride, padding } = geometry;
  return tf.tidy(() => {
    // Of a depthwise convolution with padding in numbers TensorFlow 2.21 cannot tell the shape: it ends the process.
    const inNumbers = paddingMode(filter.shape[0], geometry) === "EXPLICIT";
    const [padded, own] = inNumbers ? [zeroPadded(x, padding), { stride, padding: 0 }] : [x, geometry];
    return op("DepthwiseConv2dNative", convAttrs(filter.shape[0], own), [padded, depthwiseFilter(filter)]);
  });
}

/** Rows and columns of zeros on each side of x `[n, h, w, c]`. */
function zeroPadded(x: Tensor, padding: number): Tensor {
  const sides = constant([0, 0, padding, padding, padding, padding, 0, 0], "int32", [4, 2]);
  return op("Pad", [T, attr.type("Tpaddings", int32)], [x, sides]);
}

/** d loss / d x of `depthwiseConv2d`; `inputShape` is x's `shapeOf`. */
export function depthwiseConv2dInputGrad(
  inputShape: Tensor,
  filter: Tensor,
  dy: Tensor,
  geometry: ConvGeometry,
): Tensor {
  const attrs = convAttrs(filter.shape[0], geometry);
  return tf.tidy(() =>
    op("DepthwiseConv2dNativeBackpropInput", attrs, [inputShape, depthwiseFilter(filter), dy]),
  );
}

/** d loss / d filter of `depthwiseConv2d`, of shape `filterShape`. */
export function depthwiseConv2dFilterGrad(
  x: Tensor,
  filterShape: readonly number[],
  dy: Tensor,
  geometry: ConvGeometry,
): Tensor {
  const [kernel = 1, , , c = 1] = filterShape;
  return tf.tidy(() => {
    const sizes = constant([kernel, kernel, c, 1], "int32");
    const attrs = convAttrs(kernel, geometry);
    return reshape(op("DepthwiseConv2dNativeBackpropFilter", attrs, [x, sizes, dy]), filterShape);
  });
}

export interface PoolGeometry extends ConvGeometry {
  /** Height and width of the window. */
  readonly size: readonly [height: number, width: number];
}

const poolAttrs = ({ size, stride, padding }: PoolGeometry) => [
  T,
  attr.int("ksize", [1, ...size, 1]),
  attr.int("strides", [1, stride, stride, 1]),
  ...paddingAttrs(size[0], { stride, padding }),
];

/** The largest of each window; padding counts as minus infinity. */
export function maxPool(x: Tensor, geometry: PoolGeometry): Tensor {
  return op("MaxPool", poolAttrs(geometry), [x]);
}

export function maxPoolGrad(x: Tensor, y: Tensor, dy: Tensor, geometry: PoolGeometry): Tensor {
  return op("MaxPoolGrad", poolAttrs(geometry), [x, y, dy]);
}

export function relu(x: Tensor): Tensor {
  return op("Relu", [T], [x]);
}

/** d loss / d x of `relu`, from its output. */
export function reluGrad(dy: Tensor, y: Tensor): Tensor {
  return op("ReluGrad", [T], [dy, y]);
}

/** min(max(x, 0), 6) */
export function relu6(x: Tensor): Tensor {
  return op("Relu6", [T], [x]);
}

/** d loss / d x of `relu6`, from its output. */
export function relu6Grad(dy: Tensor, y: Tensor): Tensor {
  return op("Relu6Grad", [T], [dy, y]);
}

/** a + b, the smaller one repeated over the axes it lacks. */
export function add(a: Tensor, b: Tensor): Tensor {
  return op("AddV2", [T], [a, b]);
}

/** The sum of tensors of one shape. A graph makes it, and a ReLU after it, a part of the convolution before it. */
export function addAll(tensors: readonly Tensor[]): Tensor {
  return op("AddN", [T, attr.int("N", tensors.length)], tensors);
}

/** a - b, as `add`. */
export function sub(a: Tensor, b: Tensor): Tensor {
  return op("Sub", [T], [a, b]);
}

/** a * b, as `add`. */
export function mul(a: Tensor, b: Tensor): Tensor {
  return op("Mul", [T], [a, b]);
}

/** a / b, as `add`. */
export function div(a: Tensor, b: Tensor): Tensor {
  return op("RealDiv", [T], [a, b]);
}

/** The shape of x, as a tensor: in a recorded step it follows the batch. */
export function shapeOf(x: Tensor): Tensor {
  return op("Shape", [T, attr.type("out_type", int32)], [x]);
}

/** The same values in another shape; -1 stands for the batch. */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  const sizes = constant(shape, "int32");
  const y = op("Reshape", [T, attr.type("Tshape", int32)], [x, sizes]);
  sizes.dispose();
  return y;
}

/** The mean over some axes, which are left out of the result. */
export function mean(x: Tensor, axes: readonly number[]): Tensor {
  return reduced("Mean", x, axes);
}

/** The sum over some axes, which are left out of the result. */
export function sum(x: Tensor, axes: readonly number[]): Tensor {
  return reduced("Sum", x, axes);
}

/** The maximum over some axes, which are left out of the result. */
export function max(x: Tensor, axes: readonly number[]): Tensor {
  return reduced("Max", x, axes);
}

function reduced(operation: string, x: Tensor, axes: readonly number[]): Tensor {
  const list = constant(axes, "int32");
  const y = op(operation, [T, attr.type("Tidx", int32), attr.bool("keep_dims", false)], [x, list]);
  list.dispose();
  return y;
}

/** Tensors of one shape along a new first axis. */
export function stack(tensors: readonly Tensor[]): Tensor {
  return op("Pack", [T, attr.int("N", tensors.length), attr.int("axis", 0)], tensors);
}

/** The rows of x, along its first axis, that `indices` (int32) name. */
export function gather(x: Tensor, indices: Tensor): Tensor {
  const attrs = [
    attr.type("Tparams", float32),
    attr.type("Tindices", int32),
    attr.type("Taxis", int32),
    attr.int("batch_dims", 0),
  ];
  const axis = constant([0], "int32", []);
  const y = op("GatherV2", attrs, [x, indices, axis]);
  axis.dispose();
  return y;
}

/** Zeros in the shape of x. */
export function zerosLike(x: Tensor): Tensor {
  return op("ZerosLike", [T], [x]);
}

/** a `[n, p]`, b `[n, q]` -> `[n, p + q]` */
export function concatColumns(a: Tensor, b: Tensor): Tensor {
  const axis = constant([1], "int32", []);
  const y = op("ConcatV2", [T, attr.int("N", 2), attr.type("Tidx", int32)], [a, b, axis]);
  axis.dispose();
  return y;
}

/** Undoes `concatColumns` of two parts of the same width. */
export function splitColumns(x: Tensor): [Tensor, Tensor] {
  const axis = constant([1], "int32", []);
  const [a, b] = opOutputs("Split", [T, attr.int("num_split", 2)], [axis, x], 2);
  axis.dispose();
  if (!a || !b) throw new Error("Split gave too few outputs");
  return [a, b];
}

/** Powers of e over the last axis, divided by their sum. */
export function softmax(logits: Tensor): Tensor {
  return op("Softmax", [T], [logits]);
}

/** a b, either transposed on the way. */
export function matMul(
  a: Tensor,
  b: Tensor,
  { transposeA = false, transposeB = false }: { transposeA?: boolean; transposeB?: boolean } = {},
): Tensor {
  return op(
    "MatMul",
    [T, attr.bool("transpose_a", transposeA), attr.bool("transpose_b", transposeB)],
    [a, b],
  );
}

/** bias `[c]` added to each of x's channels, the last axis. */
export function biasAdd(x: Tensor, bias: Tensor): Tensor {
  return op("BiasAdd", [T], [x, bias]);
}

/** The sum over all axes but the last. */
export function biasGrad(dy: Tensor): Tensor {
  return op("BiasAddGrad", [T], [dy]);
}

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
  const c = x.shape[3] ?? 0;
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

/**
 * Cross-entropy of softmax(logits `[n, c]`) with target distributions `[n, c]`: a loss an item, and its gradient.
 */
export function softmaxCrossEntropy(logits: Tensor, targets: Tensor): { losses: Tensor; dLogits: Tensor } {
  const [losses, dLogits] = opOutputs("SoftmaxCrossEntropyWithLogits", [T], [logits, targets], 2);
  if (!losses || !dLogits) throw new Error("SoftmaxCrossEntropyWithLogits gave too few outputs");
  return { losses, dLogits };
}

type Six = [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];

function six(outputs: Tensor[]): Six {
  if (outputs.length !== 6) throw new Error(`FusedBatchNormV3 gave ${outputs.length} outputs, not 6`);
  return outputs as Six;
}
