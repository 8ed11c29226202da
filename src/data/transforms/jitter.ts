import { Random } from "../../engine/random.js";
import { inRange } from "../../inRange.js";
import { type Range, drawFrom } from "./range.js";
import type { JitterStep } from "./Step.js";

export interface Jitter {
  readonly name: "jitter";
  readonly p: number;
  readonly magnitude: Range;
}

/**
 * Takes each pixel from a random place near it (fast.ai's `jitter`).
 * @param magnitude bounds of the largest distance, as parts of half the image's side, from 0 to 1; 0.02 is visible
 * @param p in 0..1
 * @throws UserError for other bounds
 */
export function jitter(magnitude: Range, p = 1): Jitter {
  const [lo, hi] = magnitude;
  inRange("The lower bound of magnitude", lo, { from: 0, to: 1 });
  inRange("The upper bound of magnitude", hi, { from: lo, to: 1 });
  return { name: "jitter", p: inRange("p", p, { from: 0, to: 1 }), magnitude };
}

/** Two numbers a pixel come from a source of their own: the next transforms' draws do not depend on the size. */
export function drawJitter(t: Jitter, random: Random): JitterStep {
  const magnitude = drawFrom(t.magnitude, random);
  const noise = new Random(random.nextUint32());
  return jitterStep(magnitude, () => noise.uniform());
}

export const jitterStep = (magnitude: number, noise: () => number): JitterStep => ({
  kind: "jitter",
  order: 4,
  magnitude,
  noise,
});
