import { defineTransform, type NamedTransform } from "./defineTransform.js";
import { type Range, drawFrom, checkedRange, probability } from "./range.js";
import type { AffineStep } from "./TransformStep.js";

/** An enlargement; {@link zoom} makes it. */
export interface Zoom extends NamedTransform<"zoom"> {
  /** Bounds of the factor, above 0. */
  readonly scale: Range;
  /** Bounds of the place that stays, from top to bottom, in 0..1. */
  readonly rowPct: Range;
  /** Bounds of the place that stays, from left to right, in 0..1. */
  readonly colPct: Range;
}

/**
 * Enlarges the image by a factor above 0 drawn from `scale`, towards a place drawn at random (0..1 of each side).
 * @throws UserError naming a bound or probability that is out of its range
 */
export const zoom: (scale: Range, p?: number, rowPct?: Range, colPct?: Range) => Zoom = defineTransform({
  name: "zoom",
  make: (scale, p = 1, rowPct = [0, 1], colPct = [0, 1]) => ({
    p: probability(p),
    scale: checkedRange("scale", scale, { above: 0 }),
    rowPct: checkedRange("rowPct", rowPct, { from: 0, to: 1 }),
    colPct: checkedRange("colPct", colPct, { from: 0, to: 1 }),
  }),
  args: ({ scale, p, rowPct, colPct }) => [scale, p, rowPct, colPct],
  draw: ({ scale, rowPct, colPct }, random) =>
    zoomStep(drawFrom(scale, random), drawFrom(rowPct, random), drawFrom(colPct, random)),
  inTTA: "leftOut",
});

/** A zoom by `scale` that keeps the point at `rowPct`, `colPct` in its place (fastai v1: `_get_zoom_mat`). */
export function zoomStep(scale: number, rowPct: number, colPct: number): AffineStep {
  const s = 1 / scale;
  const q = 1 - s;
  return {
    kind: "affine",
    order: 5,
    matrix: [s, 0, q * (2 * colPct - 1), 0, s, q * (2 * rowPct - 1), 0, 0, 1],
  };
}
