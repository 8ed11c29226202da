import { type Matrix3, multiply } from "./matrix.js";
import type { Plan } from "./plan.js";
import { clamp, reflect } from "./resizing.js";
import { sampleField, sampleOnBlack } from "./sampleField.js";

/**
 * Samples the plan's window from a source: bilinear, and by the plan's padding mode where the grid leaves the image;
 * "reflection" is about the centres of the edge pixels (`_grid_sample` of fastai v1). Only the window is computed: the light is changed pixel by pixel and the
 * flip reverses rows, so fast.ai's later crop takes the very same pixels.
 *
 * @param source `[height, width, channels]` row by row: the image itself or the plan's averaged one, best padded to
 *   {@link paddedLength}
 * @param out `[height, width, channels]` of the window, in the unit of the source times `factor`
 */
export function resample(
  source: Float32Array,
  height: number,
  width: number,
  channels: 1 | 3,
  plan: Plan,
  out: Float32Array,
  factor = 1,
): void {
  if (plan.field) {
    sampleField(source, height, width, channels, plan, plan.field, out, factor);
    return;
  }
  if (plan.matrix === undefined) {
    copyWindow(source, width, channels, plan, out, factor);
    return;
  }
  const { height: rows, width: columns } = plan.layout;
  const onBlack = plan.paddingMode === "zeros";
  const fold = plan.paddingMode === "border" ? clamp : reflect;
  const [m0, m1, m2, m3, m4, m5, m6, m7, m8] = windowToSource(plan, plan.matrix, height, width);
  const [spanX, spanY] = [width - 1, height - 1];
  const below = width * channels;
  for (let i = 0, k = 0; i < rows; i++) {
    // Homogeneous coordinates in the source, which grow by m0, m3 and m6 from pixel to pixel.
    let x = m1 * i + m2;
    let y = m4 * i + m5;
    let w = m7 * i + m8;
    // Most pixels need no mirror, and comparing j is cheaper than comparing both coordinates.
    const reach: Reach = { from: 0, to: columns };
    narrow(reach, x - safe * w, m0 - safe * m6);
    narrow(reach, (spanX - safe) * w - x, (spanX - safe) * m6 - m0);
    narrow(reach, y - safe * w, m3 - safe * m6);
    narrow(reach, (spanY - safe) * w - y, (spanY - safe) * m6 - m3);
    narrow(reach, w - safe, m6);
    const { from, to } = reach;
    for (let j = 0; j < columns; j++) {
      const shrink = 1 / w;
      let column = x * shrink;
      let line = y * shrink;
      x += m0;
      y += m3;
      w += m6;
      if (j < from || j >= to) {
        if (onBlack) {
          sampleOnBlack(source, height, width, channels, column, line, out, k, factor);
          k += channels;
          continue;
        }
        column = fold(column, spanX);
        line = fold(line, spanY);
      }
      const column0 = column | 0;
      const line0 = line | 0;
      const fx = column - column0;
      const fy = line - line0;
      // Behind the last column or line the next value is wrong or missing, but its weight is 0.
      let at = line0 * below + column0 * channels;
      for (let c = 0; c < channels; c++, at++, k++) {
        const upper = mix(source[at] ?? 0, source[at + channels] ?? 0, fx);
        const lower = mix(source[at + below] ?? 0, source[at + below + channels] ?? 0, fx);
        out[k] = mix(upper, lower, fy) * factor;
      }
    }
  }
}

const mix = (a: number, b: number, share: number): number => a + (b - a) * share;

/** Pixels of a row, from `from` up to, not including, `to`, that surely lie in the source. */
interface Reach {
  from: number;
  to: number;
}

/** So far within the source, in pixels or parts of the scale, that rounding does not lead out of it. */
const safe = 1e-6;

/** Keeps of a reach the j with `start + slope * j >= 0`. */
function narrow(reach: Reach, start: number, slope: number): void {
  if (slope > 0) reach.from = Math.max(reach.from, Math.ceil(-start / slope));
  else if (slope < 0) reach.to = Math.min(reach.to, Math.floor(start / -slope) + 1);
  else if (start < 0) reach.to = 0;
}

/**
 * The length of a source with as much behind it as {@link resample} reads (and weighs with 0). It also works on one
 * that ends with its last pixel, but reads behind an array's end make the whole loop slower.
 */
export const paddedLength = (height: number, width: number, channels: 1 | 3): number =>
  ((height + 1) * width + 1) * channels;

/** Column and row in the window to column and row in the source, both in pixels. */
function windowToSource(plan: Plan, matrix: Matrix3, height: number, width: number): Matrix3 {
  const { targetHeight, targetWidth } = plan;
  const { top, left, flipped } = plan.layout;
  const perColumn = 2 / Math.max(1, targetWidth - 1);
  const perRow = 2 / Math.max(1, targetHeight - 1);
  const first = flipped ? targetWidth - 1 - left : left;
  const toGrid: Matrix3 = [
    flipped ? -perColumn : perColumn,
    0,
    first * perColumn - 1,
    0,
    perRow,
    top * perRow - 1,
    0,
    0,
    1,
  ];
  const [halfX, halfY] = [(width - 1) / 2, (height - 1) / 2];
  const toPixels: Matrix3 = [halfX, 0, halfX, 0, halfY, halfY, 0, 0, 1];
  return multiply(toPixels, multiply(matrix, toGrid));
}

function copyWindow(
  source: Float32Array,
  width: number,
  channels: number,
  plan: Plan,
  out: Float32Array,
  factor: number,
): void {
  const { top, left, flipped } = plan.layout;
  for (let i = 0, k = 0; i < plan.layout.height; i++) {
    for (let j = 0; j < plan.layout.width; j++) {
      const x = flipped ? width - 1 - left - j : left + j;
      const at = ((top + i) * width + x) * channels;
      for (let c = 0; c < channels; c++, k++) out[k] = (source[at + c] ?? 0) * factor;
    }
  }
}
