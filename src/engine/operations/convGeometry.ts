import { attr, T } from "./attr.js";

/** Zero padding on each side of height and width, as PyTorch counts it. */
export interface ConvGeometry {
  readonly stride: number;
  readonly padding: number;
}

/** TensorFlow's own padding modes name a faster path than explicit numbers do, where they mean the same. */
export function paddingMode(
  kernel: number,
  { stride, padding }: ConvGeometry,
): "VALID" | "SAME" | "EXPLICIT" {
  if (padding === 0) return "VALID";
  return stride === 1 && 2 * padding === kernel - 1 ? "SAME" : "EXPLICIT";
}

export function paddingAttrs(kernel: number, geometry: ConvGeometry) {
  const mode = paddingMode(kernel, geometry);
  if (mode !== "EXPLICIT") return [attr.string("padding", mode)];
  const { padding } = geometry;
  return [
    attr.string("padding", mode),
    attr.int("explicit_paddings", [0, 0, padding, padding, padding, padding, 0, 0]),
  ];
}

export const convAttrs = (kernel: number, geometry: ConvGeometry) => [
  T,
  attr.int("strides", [1, geometry.stride, geometry.stride, 1]),
  ...paddingAttrs(kernel, geometry),
];
