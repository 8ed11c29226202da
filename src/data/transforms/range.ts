import type { Random } from "../../engine/random.js";

/** A parameter is drawn evenly from `[lo, hi]`; equal bounds fix it. */
export type Range = readonly [lo: number, hi: number];

export const drawFrom = (range: Range, random: Random): number => random.uniform(range[0], range[1]);

/** A whole number from `lo` to `hi`, each as likely. */
export const drawInteger = ([lo, hi]: Range, random: Random): number =>
  Math.floor(random.uniform(lo, hi + 1));
