import { attr, T } from "./attr.js";

/** Zero padding of height and width. */
export interface ConvGeometry {
  readonly stride: number;
  /** On each side, as PyTorch counts it; or before and behind, where these differ. */
  readonly padding: Padding;
}

/** Rows of zeros on each side, or before and behind. */
export type Padding = number | readonly [before: number, behind: number];

/** TensorFlow's own padding modes name a faster path than explicit numbers do, where they mean the same. */
export function paddingMode(
  kernel: number,
  { stride, padding }: ConvGeometry,
): "VALID" | "SAME" | "EXPLICIT" {
  if (padding === 0) return "VALID";
  return stride === 1 && typeof padding === "number" && 2 * padding === kernel - 1 ? "SAME" : "EXPLICIT";
}

export function paddingAttrs(kernel: number, geometry: ConvGeometry) {
  const mode = paddingMode(kernel, geometry);
  if (mode !== "EXPLICIT") return [attr.string("padding", mode)];
  return [attr.string("padding", mode), attr.int("explicit_paddings", paddedSides(geometry.padding))];
}

/** Before and behind each of an image's axes. */
export function paddedSides(padding: Padding): number[] {
  const [before, behind] = typeof padding === "number" ? [padding, padding] : padding;
  return [0, 0, before, behind, before, behind, 0, 0];
}

export const convAttrs = (kernel: number, geometry: ConvGeometry) => [
  T,
  attr.int("strides", [1, geometry.stride, geometry.stride, 1]),
  ...paddingAttrs(kernel, geometry),
];
