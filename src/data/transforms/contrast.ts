import type { Random } from "../../engine/random.js";
import type { Range } from "./range.js";
import type { LightingStep } from "./Step.js";

export interface Contrast {
  readonly name: "contrast";
  readonly p: number;
  readonly scale: Range;
}

/** Strengthens or weakens the contrast by a factor whose logarithm is drawn evenly; 1 changes nothing. */
export const contrast = (scale: Range, p = 1): Contrast => ({ name: "contrast", p, scale });

export const drawContrast = (t: Contrast, random: Random): LightingStep =>
  contrastStep(random.logUniform(t.scale[0], t.scale[1]));

/** Multiplies each pixel's log odds by `scale` (positive). */
export const contrastStep = (scale: number): LightingStep => ({
  kind: "lighting",
  order: 8,
  scale,
  shift: 0,
});
