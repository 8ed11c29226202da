import type { Matrix3 } from "./matrix.js";
import type { PaddingMode } from "./resizing.js";

/**
 * One transform with its parameters drawn: what it does to an image. Steps run in the order of `order`, whatever
 * their place in the list; filters come after all others. Matrices act on fast.ai's coordinates: x to the right and y down, -1 to 1 from the
 * centre of the first pixel to the centre of the last; they map a place in the result to its place in the source.
 */
export type Step = PlannedStep | FilterStep;

/** A step that says where the pixels come from and what light they are in: plain data, to be handed to a thread. */
export type PlannedStep =
  | PadStep
  | CoordStep
  | JitterStep
  | AffineStep
  | LightingStep
  | FlipStep
  | CropStep
  | CutoutStep
  | CropPadStep;

/** A copy of the steps in the order in which they run; of the same order, the first in the list is the first. */
export const inOrder = (steps: readonly Step[]): Step[] => [...steps].sort((a, b) => a.order - b.order);

/** Adds pixels around the resized image, which is sampled for it. */
export interface PadStep {
  readonly kind: "pad";
  readonly order: number;
  readonly padding: number;
  readonly mode: PaddingMode;
}

/** Moves the sampling points one by one, before any affine step. */
export interface CoordStep {
  readonly kind: "coord";
  readonly order: number;
  readonly matrix: Matrix3;
}

/** Moves each sampling point by a distance of its own, up to `magnitude` along each axis. */
export interface JitterStep {
  readonly kind: "jitter";
  readonly order: number;
  readonly magnitude: number;
  /** Numbers in [0, 1) for x and y of each pixel of the resized image, row by row, or the seed that they come from. */
  readonly noise: number | readonly number[];
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

/** A place in the image; 0 is the left or upper edge, 1 the right or lower one. */
export interface Place {
  readonly rowPct: number;
  readonly colPct: number;
}

/** Cuts a square of `size` out. */
export interface CropStep extends Place {
  readonly kind: "crop";
  readonly order: number;
  readonly size: number;
}

/** Blackens a square of `length` about each place. */
export interface CutoutStep {
  readonly kind: "cutout";
  readonly order: number;
  readonly holes: readonly Place[];
  readonly length: number;
}

/** Cuts the square of the result out, after filling up what is too small for it. */
export interface CropPadStep extends Place {
  readonly kind: "cropPad";
  readonly order: number;
}

/** Changes the pixels of the finished square, whatever they show: noise, blur, equalised grey levels. */
export interface FilterStep {
  readonly kind: "filter";
  /** Among the filters. */
  readonly order: number;
  /**
   * Changes the pixels in place; called in the thread that asked for the batch.
   * @param pixels `[size, size, 3]` row by row, RGB in 0..1, not yet normalised
   * @param size side of the square, in pixels
   */
  readonly apply: (pixels: Float32Array, size: number) => void;
}
