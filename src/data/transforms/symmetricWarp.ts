import { UserError } from "../../core/errors.js";
import { defineTransform, type NamedTransform } from "./defineTransform.js";
import { type Range, drawFrom, checkedRange, probability } from "./range.js";
import type { CoordStep } from "./TransformStep.js";

/** A tilt in perspective; {@link symmetricWarp} makes it. */
export interface SymmetricWarp extends NamedTransform<"symmetricWarp"> {
  /** Bounds of the tilt of each side, in (-1, 1). */
  readonly magnitude: Range;
}

/**
 * Tilts the image in perspective; each side's magnitude, between -1 and 1, is drawn from `magnitude`, 0 leaves it as
 * it is.
 * @throws UserError naming a bound or probability that is out of its range
 */
export const symmetricWarp: (magnitude: Range, p?: number) => SymmetricWarp = defineTransform({
  name: "symmetricWarp",
  make: (magnitude, p = 1) => ({
    p: probability(p),
    magnitude: checkedRange("magnitude", magnitude, { above: -1, below: 1 }),
  }),
  args: ({ magnitude, p }) => [magnitude, p],
  draw: ({ magnitude }, random) =>
    symmetricWarpStep([
      drawFrom(magnitude, random),
      drawFrom(magnitude, random),
      drawFrom(magnitude, random),
      drawFrom(magnitude, random),
    ]),
});

/**
 * The homography that takes the four moved corners to the image's own (fastai v1:
 * `vision.transform._symmetric_warp` and `_find_coeffs`).
 * @throws UserError for magnitudes so large that three of the moved corners lie on one line
 */
export function symmetricWarpStep(magnitude: readonly [number, number, number, number]): CoordStep {
  const [m0, m1, m2, m3] = magnitude;
  const corners = [
    { to: [-1, -1], from: [-1 - m3, -1 - m1] },
    { to: [-1, 1], from: [-1 - m2, 1 + m1] },
    { to: [1, -1], from: [1 + m3, -1 - m0] },
    { to: [1, 1], from: [1 + m2, 1 + m0] },
  ] as const;
  const rows = corners.flatMap(({ to: [p, q], from: [u, v] }) => [
    [u, v, 1, 0, 0, 0, -p * u, -p * v, p],
    [0, 0, 0, u, v, 1, -q * u, -q * v, q],
  ]);
  const [a = NaN, b = NaN, c = NaN, d = NaN, e = NaN, f = NaN, g = NaN, h = NaN] = solve(rows);
  if (![a, b, c, d, e, f, g, h].every(Number.isFinite)) {
    throw new UserError(
      `A symmetric warp of magnitude ${magnitude.join(", ")} folds the image onto a line.`,
      "Choose maxWarp well below 1; fast.ai's default is 0.2.",
    );
  }
  return { kind: "coord", order: 4, matrix: [a, b, c, d, e, f, g, h, 1] };
}

/** Solves n linear equations, each a row of n coefficients and its right side, by elimination with pivots. */
function solve(rows: number[][]): number[] {
  const n = rows.length;
  const at = (r: number, c: number): number => rows[r]?.[c] ?? NaN;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let r = k + 1; r < n; r++) if (Math.abs(at(r, k)) > Math.abs(at(pivot, k))) pivot = r;
    [rows[k], rows[pivot]] = [rows[pivot] ?? [], rows[k] ?? []];
    for (let r = 0; r < n; r++) {
      if (r === k) continue;
      const factor = at(r, k) / at(k, k);
      rows[r] = (rows[r] ?? []).map((value, c) => (c < k ? value : value - factor * at(k, c)));
    }
  }
  return rows.map((_, k) => at(k, n) / at(k, k));
}
