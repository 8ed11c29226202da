import { checkInteger } from "../../core/checkNumber.js";
import { defineTransform, type NamedTransform } from "./defineTransform.js";
import { type Range, checkedRange, drawFrom } from "./range.js";
import type { CropStep } from "./TransformStep.js";

/** A square cut out of the image; {@link crop} makes it. */
export interface Crop extends NamedTransform<"crop"> {
  /** Side of the square, in pixels. */
  readonly size: number;
  /** Bounds of its place from top to bottom, in 0..1. */
  readonly rowPct: Range;
  /** Bounds of its place from left to right, in 0..1. */
  readonly colPct: Range;
}

/**
 * Cuts a square out of the image, among the flips: {@link cropPad} still comes last and finds its size there
 * already (fast.ai's `crop`).
 * @param size side of the square in pixels, from 1; a shorter side of the image is left whole
 * @param rowPct and `colPct`: bounds of its place, in 0..1 of the way
 * @throws UserError for another size or place
 */
export const crop: (size: number, rowPct?: Range, colPct?: Range) => Crop = defineTransform({
  name: "crop",
  make: (size, rowPct = [0.5, 0.5], colPct = [0.5, 0.5]) => ({
    p: 1,
    size: checkInteger("size", size, 1),
    rowPct: checkedRange("rowPct", rowPct, { from: 0, to: 1 }),
    colPct: checkedRange("colPct", colPct, { from: 0, to: 1 }),
  }),
  args: ({ size, rowPct, colPct }) => [size, rowPct, colPct],
  draw: ({ size, rowPct, colPct }, random) =>
    cropStep(size, drawFrom(rowPct, random), drawFrom(colPct, random)),
});

export const cropStep = (size: number, rowPct: number, colPct: number): CropStep => ({
  kind: "crop",
  order: 10,
  size,
  rowPct,
  colPct,
});
