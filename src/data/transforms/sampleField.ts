import type { Field } from "./field.js";
import type { Plan } from "./plan.js";
import { clamp, reflect } from "./resizing.js";

/** Samples the plan's window where each point has coordinates of its own; otherwise as `resample` does. */
export function sampleField(
  source: Float32Array,
  height: number,
  width: number,
  channels: 1 | 3,
  { layout, targetWidth, paddingMode }: Plan,
  field: Field,
  out: Float32Array,
  factor: number,
): void {
  const fold = { reflection: reflect, border: clamp, zeros: (t: number): number => t }[paddingMode];
  for (let i = 0, k = 0; i < layout.height; i++) {
    for (let j = 0; j < layout.width; j++, k += channels) {
      const x = layout.left + j;
      const at = 2 * ((layout.top + i) * targetWidth + (layout.flipped ? targetWidth - 1 - x : x));
      const column = fold((((field[at] ?? 0) + 1) / 2) * (width - 1), width - 1);
      const line = fold((((field[at + 1] ?? 0) + 1) / 2) * (height - 1), height - 1);
      sampleOnBlack(source, height, width, channels, column, line, out, k, factor);
    }
  }
}

/** Samples one point, bilinear, with the image on black ground; writes its channels to `out` from `k` on. */
export function sampleOnBlack(
  source: Float32Array,
  height: number,
  width: number,
  channels: 1 | 3,
  column: number,
  line: number,
  out: Float32Array,
  k: number,
  factor: number,
): void {
  const [column0, line0] = [Math.floor(column), Math.floor(line)];
  const [fx, fy] = [column - column0, line - line0];
  const pixel = (y: number, x: number, c: number): number =>
    y >= 0 && y < height && x >= 0 && x < width ? (source[(y * width + x) * channels + c] ?? 0) : 0;
  for (let c = 0; c < channels; c++) {
    const upper = pixel(line0, column0, c) * (1 - fx) + pixel(line0, column0 + 1, c) * fx;
    const lower = pixel(line0 + 1, column0, c) * (1 - fx) + pixel(line0 + 1, column0 + 1, c) * fx;
    out[k + c] = (upper * (1 - fy) + lower * fy) * factor;
  }
}
