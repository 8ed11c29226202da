import { checkNumber, checkInteger } from "../../core/checkNumber.js";
import { defineTransform, type NamedTransform } from "./defineTransform.js";
import { type Range, drawInteger, probability, twoBounds } from "./range.js";
import type { CutoutStep, Place } from "./TransformStep.js";

/** More cover any image. */
const maxHoles = 1000;

/** Black squares at random places; {@link cutout} makes it. */
export interface Cutout extends NamedTransform<"cutout"> {
  /** Bounds of their number, whole numbers from 0 to 1000. */
  readonly nHoles: Range;
  /** Bounds of their side in pixels, whole numbers from 1. */
  readonly length: Range;
}

/**
 * Blackens squares at random places (DeVries and Taylor, 2017; fast.ai's `cutout`). They are cut from the whole
 * resized image, so that the crop may leave some out, and from its edges, so that some are smaller.
 * @param nHoles bounds of their number, whole numbers from 0 to 1000, both included
 * @param length bounds of their side in pixels, whole numbers from 1, both included
 * @param p in 0..1
 * @throws UserError for other bounds
 */
export const cutout: (nHoles?: Range, length?: Range, p?: number) => Cutout = defineTransform({
  name: "cutout",
  make: (nHoles = [1, 1], length = [40, 40], p = 1) => {
    for (const [name, range, least] of [["nHoles", nHoles, 0] as const, ["length", length, 1] as const]) {
      const [lo, hi] = twoBounds(name, range);
      checkInteger(`The upper bound of ${name}`, hi, checkInteger(`The lower bound of ${name}`, lo, least));
    }
    checkNumber("The upper bound of nHoles", nHoles[1], { to: maxHoles });
    return { p: probability(p), nHoles, length };
  },
  args: ({ nHoles, length, p }) => [nHoles, length, p],
  draw: ({ nHoles, length }, random) => {
    const holes = Array.from({ length: drawInteger(nHoles, random) }, () => ({
      rowPct: random.uniform(),
      colPct: random.uniform(),
    }));
    return cutoutStep(holes, drawInteger(length, random));
  },
});

export const cutoutStep = (holes: readonly Place[], length: number): CutoutStep => ({
  kind: "cutout",
  order: 20,
  holes,
  length,
});

/** The first pixel of a hole about `pct` (0..1) of `size` pixels, and the one behind its last (`_cutout`). */
export function holeSpan(size: number, pct: number, length: number): readonly [from: number, to: number] {
  const centre = Math.floor(size * pct);
  const within = (pixel: number): number => Math.floor(Math.min(Math.max(pixel, 0), size));
  return [within(centre - length / 2), within(centre + length / 2)];
}
