import type { Random } from "../../engine/random.js";
import { type Range, checkedRange, probability } from "./range.js";
import type { LightingStep } from "./Step.js";

export interface Contrast {
  readonly name: "contrast";
  readonly p: number;
  readonly scale: Range;
}

/**
 * Strengthens or weakens the contrast by a factor above 0 whose logarithm is drawn evenly; 1 changes nothing.
 * @throws UserError naming a bound or probability that is out of its range
 */
export const contrast = (scale: Range, p = 1): Contrast => ({
  name: "contrast",
  p: probability(p),
  scale: checkedRange("scale", scale, { above: 0 }),
});

export const drawContrast = (t: Contrast, random: Random): LightingStep =>
  contrastStep(random.logUniform(t.scale[0], t.scale[1]));

/** Multiplies each pixel's log odds by `scale` (positive). */
export const contrastStep = (scale: number): LightingStep => ({
  kind: "lighting",
  order: 8,
  scale,
  shift: 0,
});
