import type { Tensor } from "../Tensor.js";
import { attr, T } from "./attr.js";
import { type ConvGeometry, paddingAttrs } from "./convGeometry.js";
import { op } from "./op.js";

export interface PoolGeometry extends ConvGeometry {
  /** Height and width of the window. */
  readonly size: readonly [height: number, width: number];
}

export const poolAttrs = ({ size, stride, padding }: PoolGeometry) => [
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
