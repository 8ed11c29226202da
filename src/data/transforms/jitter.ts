import { defineTransform, type NamedTransform } from "./defineTransform.js";
import { type Range, checkedRange, drawFrom, probability } from "./range.js";
import type { JitterStep } from "./TransformStep.js";

/** Pixels taken from random places near their own; {@link jitter} makes it. */
export interface Jitter extends NamedTransform<"jitter"> {
  /** Bounds of the largest distance, as parts of half the image's side, in 0..1. */
  readonly magnitude: Range;
}

/**
 * Takes each pixel from a random place near it (fast.ai's `jitter`).
 * @param magnitude bounds of the largest distance, as parts of half the image's side, from 0 to 1; 0.02 is visible
 * @param p in 0..1
 * @throws UserError for other bounds
 */
export const jitter: (magnitude: Range, p?: number) => Jitter = defineTransform({
  name: "jitter",
  make: (magnitude, p = 1) => ({
    p: probability(p),
    magnitude: checkedRange("magnitude", magnitude, { from: 0, to: 1 }),
  }),
  args: ({ magnitude, p }) => [magnitude, p],
  // Two numbers a pixel come from a seed of their own: the next transforms' draws do not depend on the size.
  draw: ({ magnitude }, random) => jitterStep(drawFrom(magnitude, random), random.nextUint32()),
});

export const jitterStep = (magnitude: number, noise: JitterStep["noise"]): JitterStep => ({
  kind: "jitter",
  order: 4,
  magnitude,
  noise,
});
