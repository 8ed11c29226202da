import { defineTransform, type NamedTransform } from "./defineTransform.js";
import { probability } from "./range.js";
import type { FlipStep } from "./TransformStep.js";

/** A mirror image; {@link flipLr} makes it. */
export type FlipLr = NamedTransform<"flipLr">;

/**
 * Mirrors left and right. In a chest X-ray this moves the heart to the other side; fast.ai does it by default.
 * @throws UserError when `p` is no probability
 */
export const flipLr: (p?: number) => FlipLr = defineTransform({
  name: "flipLr",
  make: (p = 0.5) => ({ p: probability(p) }),
  args: ({ p }) => [p],
  draw: () => flipLrStep,
  inTTA: "leftOut",
});

export const flipLrStep: FlipStep = { kind: "flip", order: 10 };
