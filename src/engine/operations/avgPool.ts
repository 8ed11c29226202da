import type { Tensor } from "../Tensor.js";
import { type PoolGeometry, poolAttrs } from "./maxPool.js";
import { op } from "./op.js";

/** The mean of each window. */
export function avgPool(x: Tensor, geometry: PoolGeometry): Tensor {
  return op("AvgPool", poolAttrs(geometry), [x]);
}

/** @param inputShape as `shapeOf` gives it */
export function avgPoolGrad(inputShape: Tensor, dy: Tensor, geometry: PoolGeometry): Tensor {
  return op("AvgPoolGrad", poolAttrs(geometry), [inputShape, dy]);
}
