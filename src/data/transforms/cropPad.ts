import type { Random } from "../../engine/random.js";
import { type Range, drawFrom } from "./range.js";
import type { CropStep } from "./Step.js";

export interface CropPad {
  readonly name: "cropPad";
  readonly p: number;
  readonly rowPct: Range;
  readonly colPct: Range;
}

/**
 * Cuts the square out of the resized image, at the centre by default. The resized image's shorter side is the
 * square's side (fastai v1: `vision.image._get_resize_target`), so nothing is ever padded.
 */
export const cropPad = (rowPct: Range = [0.5, 0.5], colPct: Range = [0.5, 0.5]): CropPad => ({
  name: "cropPad",
  p: 1,
  rowPct,
  colPct,
});

export const drawCropPad = (t: CropPad, random: Random): CropStep =>
  cropPadStep(drawFrom(t.rowPct, random), drawFrom(t.colPct, random));

export const cropPadStep = (rowPct: number, colPct: number): CropStep => ({
  kind: "crop",
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
