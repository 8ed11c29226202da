import { cropStart } from "./cropPad.js";
import { type PaddingMode, clamp, reflect } from "./resizing.js";

/**
 * Which pixels of a side of the image a side of the result shows, one after the other: whatever is flipped, cut and
 * filled up, each pixel is a pixel of the sampled image or black.
 */
export type Axis = readonly number[];

/** In an {@link Axis}: no pixel of the image, but black. */
export const black = -1;

export const wholeAxis = (length: number): Axis => {
  if (whole.length !== length) whole = axisOf(length, (k) => k);
  return whole;
};

/** The images of a data set are laid out alike, one after the other. */
let whole: Axis = [];

/** A plain loop: these few hundred numbers for each image took as long as its random draws. */
export function axisOf(length: number, at: (k: number) => number): Axis {
  const axis = new Array<number>(length);
  for (let k = 0; k < length; k++) axis[k] = at(k);
  return axis;
}

/**
 * `padding` pixels more at each end. A mirror image longer than the image itself is mirrored once more, where
 * PyTorch fails.
 */
export function padAxis(axis: Axis, padding: number, mode: PaddingMode): Axis {
  const span = axis.length - 1;
  return axisOf(axis.length + 2 * padding, (k) => {
    const at = k - padding;
    if (mode === "zeros" && (at < 0 || at > span)) return black;
    return axis[(mode === "border" ? clamp : reflect)(at, span)] ?? black;
  });
}

/** The `size` pixels at `pct` (0..1) of the way; all of them if there are no more. */
export function cropAxis(axis: Axis, size: number, pct: number): Axis {
  const start = Math.max(0, cropStart(axis.length, size, pct));
  return axis.slice(start, start + size);
}

/** Exactly `size` pixels: filled up alike at both ends where there are fewer, then cut (`_crop_pad_default`). */
export function cropPadAxis(axis: Axis, size: number, pct: number, mode: PaddingMode): Axis {
  const padding = Math.max(0, Math.floor((size - axis.length + 1) / 2));
  return cropAxis(padding > 0 ? padAxis(axis, padding, mode) : axis, size, pct);
}

/** A run of neighbouring pixels that holds all of an axis. */
export interface Run {
  readonly start: number;
  readonly length: number;
  /** The axis, counted from the run's start; undefined when it is the run itself. */
  readonly order: Axis | undefined;
}

export function runOf(axis: Axis): Run {
  let [start, end] = [Infinity, -Infinity];
  for (const k of axis) {
    if (k === black) continue;
    start = Math.min(start, k);
    end = Math.max(end, k + 1);
  }
  const length = end - start;
  const itself = axis.length === length && axis.every((k, i) => k === start + i);
  return {
    start,
    length,
    order: itself ? undefined : axis.map((k) => (k === black ? black : k - start)),
  };
}
