import { defineTransform, type NamedTransform } from "./defineTransform.js";
import { probability } from "./range.js";
import type { AffineStep } from "./TransformStep.js";

/** One of the eight flips and quarter turns of a square; {@link dihedral} makes it. */
export type Dihedral = NamedTransform<"dihedral">;

/**
 * One of the eight flips and quarter turns of a square, each as likely.
 * @throws UserError when `p` is no probability
 */
export const dihedral: (p?: number) => Dihedral = defineTransform({
  name: "dihedral",
  make: (p = 1) => ({ p: probability(p) }),
  args: ({ p }) => [p],
  draw: (_, random) => dihedralStep(Math.floor(random.uniform(0, 8))),
  inTTA: "leftOut",
});

/** `k` in 0..7: bit 0 mirrors x, bit 1 mirrors y, bit 2 swaps the axes. */
export function dihedralStep(k: number): AffineStep {
  const x = (k & 1) === 0 ? 1 : -1;
  const y = (k & 2) === 0 ? 1 : -1;
  const swapped = (k & 4) !== 0;
  return {
    kind: "affine",
    order: 5,
    matrix: swapped ? [0, x, 0, y, 0, 0, 0, 0, 1] : [x, 0, 0, 0, y, 0, 0, 0, 1],
  };
}
