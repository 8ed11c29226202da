import type { Tensor } from "../Tensor.js";
import { tf } from "../tensorflow.js";
import { reshape } from "./arrayOps.js";
import { attr, T } from "./attr.js";
import { usesGpu } from "./binding.js";
import { convAttrs, type ConvGeometry } from "./convGeometry.js";
import { matMul } from "./mathOps.js";
import { constant, op } from "./op.js";

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
