import type { Random } from "../../engine/random.js";
import { integer } from "../../inRange.js";
import { type Range, checkedRange, drawFrom } from "./range.js";
import type { CropStep } from "./Step.js";

export interface Crop {
  readonly name: "crop";
  readonly p: number;
  readonly size: number;
  readonly rowPct: Range;
  readonly colPct: Range;
}

/**
 * Cuts a square out of the image, among the flips: {@link cropPad} still comes last and finds its size there
 * already (fast.ai's `crop`).
 * @param size side of the square in pixels, from 1; a shorter side of the image is left whole
 * @param rowPct and `colPct`: bounds of its place, in 0..1 of the way
 * @throws UserError for another size or place
 */
export const crop = (size: number, rowPct: Range = [0.5, 0.5], colPct: Range = [0.5, 0.5]): Crop => ({
  name: "crop",
  p: 1,
  size: integer("size", size, 1),
  rowPct: checkedRange("rowPct", rowPct, { from: 0, to: 1 }),
  colPct: checkedRange("colPct", colPct, { from: 0, to: 1 }),
});

export const drawCrop = (t: Crop, random: Random): CropStep =>
  cropStep(t.size, drawFrom(t.rowPct, random), drawFrom(t.colPct, random));

export const cropStep = (size: number, rowPct: number, colPct: number): CropStep => ({
  kind: "crop",
  order: 10,
  size,
  rowPct,
  colPct,
});
