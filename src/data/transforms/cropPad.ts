import { defineTransform, type NamedTransform } from "./defineTransform.js";
import { type Range, drawFrom, checkedRange } from "./range.js";
import type { CropPadStep } from "./TransformStep.js";

/** The square of the result, cut out or filled up; {@link cropPad} makes it. */
export interface CropPad extends NamedTransform<"cropPad"> {
  /** Bounds of its place from top to bottom, in 0..1. */
  readonly rowPct: Range;
  /** Bounds of its place from left to right, in 0..1. */
  readonly colPct: Range;
}

/**
 * Cuts the square out of the resized image, at the centre by default, and fills up what is too small for it (fastai
 * v1: `_crop_pad_default`). Resized by "squish" the image is the square already, and stays whole.
 * @param rowPct and `colPct`: in 0..1
 * @throws UserError naming a bound that is out of its range
 */
export const cropPad: (rowPct?: Range, colPct?: Range) => CropPad = defineTransform({
  name: "cropPad",
  make: (rowPct = [0.5, 0.5], colPct = [0.5, 0.5]) => ({
    p: 1,
    rowPct: checkedRange("rowPct", rowPct, { from: 0, to: 1 }),
    colPct: checkedRange("colPct", colPct, { from: 0, to: 1 }),
  }),
  args: ({ rowPct, colPct }) => [rowPct, colPct],
  draw: ({ rowPct, colPct }, random) => cropPadStep(drawFrom(rowPct, random), drawFrom(colPct, random)),
  inTTA: "leftOut",
});

export const cropPadStep = (rowPct: number, colPct: number): CropPadStep => ({
  kind: "cropPad",
  order: 99,
  rowPct,
  colPct,
});

/** The first row (or column) of a window of `size` in `length` at `pct` (0..1) of the way (fastai v1: `_crop_default`). */
export function cropStart(length: number, size: number, pct: number): number {
  // At exactly 1 the window would begin one pixel too late.
  const before = pct === 1 ? 1 - 1e-7 : pct;
  return Math.floor((length - size + 1) * before);
}
