import { defineTransform, type NamedTransform } from "./defineTransform.js";
import { type Range, checkedRange, probability } from "./range.js";
import type { LightingStep } from "./TransformStep.js";

/** A change of contrast, drawn for each image; {@link contrast} makes it. */
export interface Contrast extends NamedTransform<"contrast"> {
  /** Bounds of the factor of the contrast, above 0. */
  readonly scale: Range;
}

/**
 * Strengthens or weakens the contrast by a factor above 0 whose logarithm is drawn evenly; 1 changes nothing.
 * @throws UserError naming a bound or probability that is out of its range
 */
export const contrast: (scale: Range, p?: number) => Contrast = defineTransform({
  name: "contrast",
  make: (scale, p = 1) => ({ p: probability(p), scale: checkedRange("scale", scale, { above: 0 }) }),
  args: ({ scale, p }) => [scale, p],
  draw: ({ scale }, random) => contrastStep(random.logUniform(scale[0], scale[1])),
});

/** Multiplies each pixel's log odds by `scale` (positive). */
export const contrastStep = (scale: number): LightingStep => ({
  kind: "lighting",
  order: 8,
  scale,
  shift: 0,
});
