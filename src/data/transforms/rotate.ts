import { defineTransform, type NamedTransform } from "./defineTransform.js";
import { type Range, drawFrom, checkedRange, probability } from "./range.js";
import type { AffineStep } from "./TransformStep.js";

/** A turn about the centre; {@link rotate} makes it. */
export interface Rotate extends NamedTransform<"rotate"> {
  /** Bounds of the angle, in degrees. */
  readonly degrees: Range;
}

/**
 * Turns the image about its centre by an angle drawn from `degrees`.
 * @throws UserError naming a bound or probability that is out of its range
 */
export const rotate: (degrees: Range, p?: number) => Rotate = defineTransform({
  name: "rotate",
  make: (degrees, p = 1) => ({ p: probability(p), degrees: checkedRange("degrees", degrees, {}) }),
  args: ({ degrees, p }) => [degrees, p],
  draw: ({ degrees }, random) => rotateStep(drawFrom(degrees, random)),
});

/** A turn of the sampling grid by `degrees` (fastai v1: `vision.transform._rotate`). */
export function rotateStep(degrees: number): AffineStep {
  const angle = (degrees * Math.PI) / 180;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return { kind: "affine", order: 5, matrix: [c, -s, 0, s, c, 0, 0, 0, 1] };
}
