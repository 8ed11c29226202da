import { type Field, extentOf, fieldOf } from "./field.js";
import { type Layout, type PixelStep, layOut } from "./layout.js";
import { type Matrix3, applyTo, identity, multiply } from "./matrix.js";
import type { PaddingMode, ResizeMethod, Resizing } from "./resizing.js";
import type { CoordStep, CropPadStep, JitterStep, TransformStep } from "./TransformStep.js";

/** What is to be done with an image of a known size: everything but the pixels. Made by {@link planSteps}. */
export interface Plan {
  /** The plan whose result is this one's source; absent: the image itself is. */
  readonly before?: Plan;
  /** The source's size, in pixels. */
  readonly height: number;
  readonly width: number;
  /** The result's size, in pixels. */
  readonly outHeight: number;
  readonly outWidth: number;
  /** The resized image, of which the result shows a part (`apply_tfms`). */
  readonly targetHeight: number;
  readonly targetWidth: number;
  /** Which part. */
  readonly layout: Layout;
  /** Coordinates (-1..1) in the resized image to coordinates in the source; absent: the pixels stay as they are. */
  readonly matrix: Matrix3 | undefined;
  /** The coordinates one by one, in place of the matrix; absent: the matrix gives them. */
  readonly field: Field | undefined;
  /** Beyond the source's edges. */
  readonly paddingMode: PaddingMode;
  /** The size to which the source is averaged before it is sampled; absent: it is sampled directly. */
  readonly averaged: { readonly height: number; readonly width: number } | undefined;
  /** Log odds become `scale * l + shift`; absent: no pixel changes. */
  readonly lighting: { readonly scale: number; readonly shift: number } | undefined;
}

/**
 * Joins the steps to one resampling, one change of light and one layout, as fast.ai does (`Image.apply_tfms` of v1).
 * Only `pad` needs the pixels first: the image is sampled to its size, padded, and sampled again if another step
 * asks for it.
 * @param height and `width`: of the image as decoded
 * @param size side of the square wanted
 * @param steps in the order in which they run
 */
export function planSteps(
  height: number,
  width: number,
  size: number,
  steps: readonly TransformStep[],
  { resizeMethod = "crop", paddingMode = "reflection" }: Resizing = {},
): Plan {
  const target = resizeTarget(height, width, size, resizeMethod);
  const shown = squareSteps(steps, resizeMethod);
  const padding = shown.filter((step) => step.kind === "pad");
  if (padding.length === 0) return planPass(height, width, target, size, shown, paddingMode);
  const before = planPass(height, width, target, size, padding, paddingMode);
  const others = shown.filter((step) => step.kind !== "pad");
  const padded = [before.outHeight, before.outWidth] as const;
  // fast.ai forgets the padding mode with the first sampling, and reflects in the second.
  const mode = before.matrix ? "reflection" : paddingMode;
  return { ...planPass(...padded, padded, size, others, mode, paddingMode), before };
}

/** The steps with the one cut that gives the square: the given one, or the centre. */
function squareSteps(steps: readonly TransformStep[], resizeMethod: ResizeMethod): TransformStep[] {
  const given = steps.filter((step) => step.kind === "cropPad");
  if (resizeMethod !== "squish" && given.length > 0) return [...steps];
  const centre: CropPadStep = { kind: "cropPad", order: 99, rowPct: 0.5, colPct: 0.5 };
  return [...steps.filter((step) => step.kind !== "cropPad"), centre];
}

/** One resampling and what follows it. */
function planPass(
  height: number,
  width: number,
  [targetHeight, targetWidth]: readonly [height: number, width: number],
  size: number,
  steps: readonly TransformStep[],
  paddingMode: PaddingMode,
  cropPaddingMode = paddingMode,
): Plan {
  const coords: (CoordStep | JitterStep)[] = [];
  const pixels: PixelStep[] = [];
  let affine = identity;
  let moved = targetHeight !== height || targetWidth !== width;
  let lighting: Plan["lighting"];
  for (const step of steps) {
    switch (step.kind) {
      case "coord":
      case "jitter":
        coords.push(step);
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
      case "pad":
      case "flip":
      case "crop":
      case "cutout":
      case "cropPad":
        pixels.push(step);
        break;
      case "filter":
        // The result is what it changes: no part of the plan.
        break;
    }
  }
  const sampling = moved
    ? samplingOf(targetHeight, targetWidth, coords, correctAspect(affine, targetHeight / targetWidth))
    : undefined;
  const layout = layOut(targetHeight, targetWidth, size, pixels, cropPaddingMode);
  return {
    height,
    width,
    targetHeight,
    targetWidth,
    layout,
    paddingMode,
    lighting,
    outHeight: layout.spread?.rows.length ?? layout.height,
    outWidth: layout.spread?.columns.length ?? layout.width,
    matrix: sampling?.matrix,
    field: sampling?.field,
    averaged: sampling && averagedSize(height, width, targetHeight, targetWidth, sampling.zoom),
  };
}

/** Where the pixels of the resized image come from; `zoom`: how far the points are drawn together (fast.ai's `z`). */
function samplingOf(
  height: number,
  width: number,
  coords: readonly (CoordStep | JitterStep)[],
  affine: Matrix3,
): { matrix?: Matrix3; field?: Field; zoom: number } {
  if (coords.some((step) => step.kind === "jitter")) {
    const field = fieldOf(height, width, coords, affine);
    return { field, zoom: 2 / extentOf(field) };
  }
  const coord = coords.reduce<Matrix3>(
    (m, step) => (step.kind === "coord" ? multiply(step.matrix, m) : m),
    identity,
  );
  const matrix = multiply(affine, coord);
  return { matrix, zoom: zoomOf(matrix) };
}

/**
 * The size whose shorter side is `size` ("crop"), whose longer side is it ("pad") or whose sides both are it
 * ("squish"); rounded half to even as Python does (fastai v1: `vision.image._get_resize_target`).
 */
export function resizeTarget(
  height: number,
  width: number,
  size: number,
  resizeMethod: ResizeMethod = "crop",
): readonly [height: number, width: number] {
  if (resizeMethod === "squish") return [size, size];
  const ratio = Math[resizeMethod === "crop" ? "min" : "max"](height / size, width / size);
  // A very long image keeps one pixel across, where fast.ai would be left with none.
  return [Math.max(1, roundHalfEven(height / ratio)), Math.max(1, roundHalfEven(width / ratio))];
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

/** Above 1 is a zoom in. A homography is extreme at the corners. */
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
