import type { Matrix3 } from "./matrix.js";

/**
 * One transform with its parameters drawn: what it does to an image. Steps run in the order of `order`, whatever
 * their place in the list. Matrices act on fast.ai's coordinates: x to the right and y down, -1 to 1 from the
 * centre of the first pixel to the centre of the last; they map a place in the result to its place in the source.
 */
export type Step = CoordStep | AffineStep | LightingStep | FlipStep | CropStep;

/** Moves the sampling points one by one, before any affine step. */
export interface CoordStep {
  readonly kind: "coord";
  readonly order: number;
  readonly matrix: Matrix3;
}

/** Turns or stretches the sampling grid; affine steps multiply to one matrix. */
export interface AffineStep {
  readonly kind: "affine";
  readonly order: number;
  readonly matrix: Matrix3;
}

/** Changes each pixel's log odds l to `scale * l + shift`. */
export interface LightingStep {
  readonly kind: "lighting";
  readonly order: number;
  readonly scale: number;
  readonly shift: number;
}

/** Mirrors the pixels left to right. */
export interface FlipStep {
  readonly kind: "flip";
  readonly order: number;
}

/** Cuts the square out; 0 is the left or upper edge, 1 the right or lower one. */
export interface CropStep {
  readonly kind: "crop";
  readonly order: number;
  readonly rowPct: number;
  readonly colPct: number;
}
