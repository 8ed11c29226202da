import type { Tensor } from "../Tensor.js";
import { tf } from "../tensorflow.js";
import { reshape } from "./arrayOps.js";
import { attr, int32, T } from "./attr.js";
import { convAttrs, type ConvGeometry, paddedSides, type Padding, paddingMode } from "./convGeometry.js";
import { constant, op } from "./op.js";

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

/** Rows and columns of zeros around x `[n, h, w, c]`. */
function zeroPadded(x: Tensor, padding: Padding): Tensor {
  const sides = constant(paddedSides(padding), "int32", [4, 2]);
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
