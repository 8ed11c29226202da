/** The layers that a body is made of. */
export { AvgPool2d } from "./AvgPool2d.js";
export { BatchNorm, type BatchNormOptions } from "./BatchNorm.js";
export { Conv2d, type Conv2dOptions } from "./Conv2d.js";
export type { Padding } from "../../engine/operations/convGeometry.js";
export { DepthwiseConv2d } from "./DepthwiseConv2d.js";
export { MaxPool2d } from "./MaxPool2d.js";
export { Module, type Pass } from "./Module.js";
export { Relu } from "./Relu.js";
export { Rescale } from "./Rescale.js";
export { Residual, type ResidualOptions } from "./Residual.js";
export { Sequential } from "./Sequential.js";
export { Stage } from "./Stage.js";
