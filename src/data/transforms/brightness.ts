import { defineTransform, type NamedTransform } from "./defineTransform.js";
import { type Range, drawFrom, checkedRange, probability } from "./range.js";
import type { LightingStep } from "./TransformStep.js";

/** A change of brightness, drawn for each image; {@link brightness} makes it. */
export interface Brightness extends NamedTransform<"brightness"> {
  /** Bounds of what a mid-grey pixel becomes, in (0, 1). */
  readonly change: Range;
}

/**
 * Darkens or brightens; `change`, between 0 and 1, is what a mid-grey pixel becomes, 0.5 leaves the image as it is.
 * @throws UserError naming a bound or probability that is out of its range
 */
export const brightness: (change: Range, p?: number) => Brightness = defineTransform({
  name: "brightness",
  make: (change, p = 1) => ({
    p: probability(p),
    change: checkedRange("change", change, { above: 0, below: 1 }),
  }),
  args: ({ change, p }) => [change, p],
  draw: ({ change }, random) => brightnessStep(drawFrom(change, random)),
});

/** Adds logit(`change`), with `change` in (0, 1), to each pixel's log odds. */
export const brightnessStep = (change: number): LightingStep => ({
  kind: "lighting",
  order: 8,
  scale: 1,
  shift: Math.log(change / (1 - change)),
});
