import { cropStart } from "./cropPad.js";
import { type Matrix3, applyTo, identity, multiply } from "./matrix.js";
import type { Step } from "./Step.js";

/** What is to be done with an image of a known size: everything but the pixels. Made by {@link planSteps}. */
export interface Plan {
  /** The image's own size, in pixels. */
  readonly height: number;
  readonly width: number;
  /** The side of the square result, in pixels. */
  readonly size: number;
  /** The resized image, of which the result is a window (`apply_tfms`). */
  readonly targetHeight: number;
  readonly targetWidth: number;
  /** The window, in pixels of the resized image after the flip. */
  readonly top: number;
  readonly left: number;
  readonly flipped: boolean;
  /** Coordinates (-1..1) in the resized image to coordinates in the source; absent: the pixels stay as they are. */
  readonly matrix: Matrix3 | undefined;
  /** The size to which the source is averaged before it is sampled; absent: it is sampled directly. */
  readonly averaged: { readonly height: number; readonly width: number } | undefined;
  /** Log odds become `scale * l + shift`; absent: no pixel changes. */
  readonly lighting: { readonly scale: number; readonly shift: number } | undefined;
}

/**
 * Joins the steps to one resampling, one change of light and one window, as fast.ai does (`Image.apply_tfms` of v1).
 * @param height and `width`: of the image as decoded
 * @param size side of the square wanted
 * @param steps in the order in which they run
 */
export function planSteps(height: number, width: number, size: number, steps: readonly Step[]): Plan {
  const [targetHeight, targetWidth] = resizeTarget(height, width, size);
  let coord = identity;
  let affine = identity;
  let moved = targetHeight !== height || targetWidth !== width;
  let lighting: Plan["lighting"];
  let flipped = false;
  let [rowPct, colPct] = [0.5, 0.5];
  for (const step of steps) {
    switch (step.kind) {
      case "coord":
        coord = multiply(step.matrix, coord);
        moved = true;
        break;
      case "affine":
        affine = multiply(affine, step.matrix);
        moved = true;
        break;
      case "lighting": {
        const { scale, shift } = lighting ?? { scale: 1, shift: 0 };
        lighting = { scale: step.scale * scale, shift: step.scale * shift + step.shift };
        break;
      }
      case "flip":
        flipped = !flipped;
        break;
      case "crop":
        ({ rowPct, colPct } = step);
        break;
    }
  }
  const matrix = moved ? multiply(correctAspect(affine, targetHeight / targetWidth), coord) : undefined;
  return {
    height,
    width,
    size,
    targetHeight,
    targetWidth,
    top: cropStart(targetHeight, size, rowPct),
    left: cropStart(targetWidth, size, colPct),
    flipped,
    matrix,
    averaged: matrix && averagedSize(height, width, targetHeight, targetWidth, zoomOf(matrix)),
    lighting,
  };
}

/** The size whose shorter side is `size` (fast.ai's ResizeMethod.CROP), rounded half to even as Python does. */
export function resizeTarget(
  height: number,
  width: number,
  size: number,
): readonly [height: number, width: number] {
  const ratio = Math.min(height / size, width / size);
  return [roundHalfEven(height / ratio), roundHalfEven(width / ratio)];
}

/**
 * The smaller image that is sampled in place of a much larger source, about twice the target; undefined when the
 * source is sampled directly, because it is not that large or because `zoom` needs its detail.
 */
export function averagedSize(
  height: number,
  width: number,
  targetHeight: number,
  targetWidth: number,
  zoom: number,
): { height: number; width: number } | undefined {
  const d = shrinkage(height, width, targetHeight, targetWidth);
  if (d <= 1 || d <= zoom) return undefined;
  // Multiplied by the reciprocal, not divided: that is where PyTorch's floor falls one short of a whole number.
  return { height: Math.floor(height * (1 / d)), width: Math.floor(width * (1 / d)) };
}

/** Source pixels per pixel of twice the target (fast.ai's `d`). */
export const shrinkage = (height: number, width: number, targetHeight: number, targetWidth: number): number =>
  Math.min(height / targetHeight, width / targetWidth) / 2;

/** How far the grid is drawn together (fast.ai's `z`; above 1 is a zoom in). A homography is extreme at corners. */
function zoomOf(matrix: Matrix3): number {
  const corners = [-1, 1].flatMap((x) => [-1, 1].flatMap((y) => applyTo(matrix, x, y)));
  return 2 / (Math.max(...corners) - Math.min(...corners));
}

/** Turns pixels, not coordinates, through the angle: a tall image's coordinates are stretched. fast.ai's own rule. */
function correctAspect(m: Matrix3, heightToWidth: number): Matrix3 {
  return [m[0], m[1] * heightToWidth, m[2], m[3] / heightToWidth, m[4], m[5], m[6], m[7], m[8]];
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
