import type { Matrix3 } from "./matrix.js";
import type { PaddingMode } from "./resizing.js";

/**
 * One transform with its parameters drawn: what it does to an image. Steps run in the order of `order`, whatever
 * their place in the list; filters come after all others. Matrices act on fast.ai's coordinates: x to the right and y
 * down, -1 to 1 from the centre of the first pixel to the centre of the last; they map a place in the result to its
 * place in the source.
 */
export type TransformStep = PlannedStep | FilterStep;

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
export const inOrder = (steps: readonly TransformStep[]): TransformStep[] =>
  [...steps].sort((a, b) => a.order - b.order);

/** What every step has. */
export interface StepOf<Kind extends string> {
  /** What is done. */
  readonly kind: Kind;
  /** When it is done: the lower ones first. */
  readonly order: number;
}

/** Adds pixels around the resized image, which is sampled for it, before any other step. */
export interface PadStep extends StepOf<"pad"> {
  /** Pixels on each side. */
  readonly padding: number;
  /** What they show. */
  readonly mode: PaddingMode;
}

/** Moves the sampling points one by one, before any affine step. */
export interface CoordStep extends StepOf<"coord"> {
  /** A place in the result to its place in the source; it need not be affine. */
  readonly matrix: Matrix3;
}

/** Moves each sampling point by a distance of its own, up to `magnitude` along each axis. */
export interface JitterStep extends StepOf<"jitter"> {
  /** In parts of half the image's side. */
  readonly magnitude: number;
  /** Numbers in [0, 1) for x and y of each pixel of the resized image, row by row, or the seed that they come from. */
  readonly noise: number | readonly number[];
}

/** Turns or stretches the sampling grid; affine steps multiply to one matrix. */
export interface AffineStep extends StepOf<"affine"> {
  /** A place in the result to its place in the source. */
  readonly matrix: Matrix3;
}

/** Changes each pixel's log odds l to `scale * l + shift`. */
export interface LightingStep extends StepOf<"lighting"> {
  /** Above 0. */
  readonly scale: number;
  /** Above 0 brightens. */
  readonly shift: number;
}

/** Mirrors the pixels left to right. */
export type FlipStep = StepOf<"flip">;

/** A place in the image; 0 is the left or upper edge, 1 the right or lower one. */
export interface Place {
  /** From top to bottom. */
  readonly rowPct: number;
  /** From left to right. */
  readonly colPct: number;
}

/** Cuts a square of `size` out. */
export interface CropStep extends StepOf<"crop">, Place {
  /** Side of the square, in pixels. */
  readonly size: number;
}

/** Blackens a square of `length` about each place. */
export interface CutoutStep extends StepOf<"cutout"> {
  /** The squares' centres. */
  readonly holes: readonly Place[];
  /** Side of the squares, in pixels. */
  readonly length: number;
}

/** Cuts the square of the result out, after filling up what is too small for it. */
export interface CropPadStep extends StepOf<"cropPad">, Place {}

/**
 * Changes the pixels of the finished square, whatever they show: adds noise, blurs, equalises grey levels. It is done
 * in the thread that asked for the batch, where its function is.
 */
export interface FilterStep extends StepOf<"filter"> {
  /**
   * Changes the pixels in place.
   * @param pixels `[size, size, 3]` row by row, RGB in 0..1, not yet normalised
   * @param size side of the square, in pixels
   */
  readonly apply: (pixels: Float32Array, size: number) => void;
}
