import { type Matrix3, multiply } from "./matrix.js";
import type { Plan } from "./plan.js";

/**
 * Samples the plan's window from a source: bilinear, and reflected about the centres of the edge pixels where the
 * grid leaves the image (FASTAI.md 2.3). Only the window is computed: the light is changed pixel by pixel and the
 * flip reverses rows, so fast.ai's later crop takes the very same pixels.
 *
 * @param source `[height, width, channels]` row by row: the image itself or the plan's averaged one
 * @param out `[size, size, channels]`, in the unit of the source
 */
export function resample(
  source: Float32Array,
  height: number,
  width: number,
  channels: 1 | 3,
  plan: Plan,
  out: Float32Array,
): void {
  if (plan.matrix === undefined) {
    copyWindow(source, width, channels, plan, out);
    return;
  }
  const m = windowToSource(plan, plan.matrix, height, width);
  const { size } = plan;
  const [spanX, spanY] = [width - 1, height - 1];
  const projective = m[6] !== 0 || m[7] !== 0 || m[8] !== 1;
  let k = 0;
  for (let i = 0; i < size; i++) {
    const rowX = m[1] * i + m[2];
    const rowY = m[4] * i + m[5];
    const rowW = m[7] * i + m[8];
    for (let j = 0; j < size; j++) {
      let x = m[0] * j + rowX;
      let y = m[3] * j + rowY;
      if (projective) {
        const w = 1 / (m[6] * j + rowW);
        x *= w;
        y *= w;
      }
      if (x < 0 || x > spanX) x = reflect(x, spanX);
      if (y < 0 || y > spanY) y = reflect(y, spanY);
      const x0 = x | 0;
      const y0 = y | 0;
      const fx = x - x0;
      const fy = y - y0;
      const right = x0 < spanX ? channels : 0;
      const below = y0 < spanY ? width * channels : 0;
      let at = (y0 * width + x0) * channels;
      for (let c = 0; c < channels; c++, at++, k++) {
        const a = source[at] ?? 0;
        const b = source[at + right] ?? 0;
        const d = source[at + below] ?? 0;
        const e = source[at + below + right] ?? 0;
        const upper = a + (b - a) * fx;
        const lower = d + (e - d) * fx;
        out[k] = upper + (lower - upper) * fy;
      }
    }
  }
}

/** Column and row in the window to column and row in the source, both in pixels. */
function windowToSource(plan: Plan, matrix: Matrix3, height: number, width: number): Matrix3 {
  const { targetHeight, targetWidth, top, left, flipped } = plan;
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

/** The place within 0..span that a mirror at each end shows at `t`. */
function reflect(t: number, span: number): number {
  if (span === 0) return 0;
  const distance = Math.abs(t);
  const mirrors = Math.floor(distance / span);
  const rest = distance - mirrors * span;
  return mirrors % 2 === 0 ? rest : span - rest;
}

function copyWindow(
  source: Float32Array,
  width: number,
  channels: number,
  plan: Plan,
  out: Float32Array,
): void {
  const { size, top, left, flipped } = plan;
  for (let i = 0, k = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const x = flipped ? width - 1 - left - j : left + j;
      const at = ((top + i) * width + x) * channels;
      for (let c = 0; c < channels; c++, k++) out[k] = source[at + c] ?? 0;
    }
  }
}
