import type { Samples } from "./DicomImage.js";

/** Whether native pixels have one pair of colours for two pixels beside each other (PS3.3, C.7.6.3.1.2). */
export const isSubsampled = (photometric: string, samples: number): boolean =>
  photometric === "YBR_FULL_422" && samples === 3;

/** Pixels with the colours of their pairs: two luminances, blue and red become two pixels. */
export function withOwnColours(values: Samples): Samples {
  const pairs = Math.floor(values.length / 4);
  const own = values instanceof Uint8Array ? new Uint8Array(6 * pairs) : new Uint16Array(6 * pairs);
  for (let pair = 0; pair < pairs; pair++) {
    const [first = 0, second = 0, blue = 0, red = 0] = values.subarray(4 * pair, 4 * pair + 4);
    own.set([first, blue, red, second, blue, red], 6 * pair);
  }
  return own;
}

/** PS3.3, C.7.6.3.1.2: luminance and two colour differences, all of the full range of 8 bits. */
export function rgbOf(ybr: Uint8Array): Uint8Array {
  const rgb = new Uint8ClampedArray(ybr.length);
  for (let k = 0; k < ybr.length; k += 3) {
    const [y, b, r] = [ybr[k] ?? 0, (ybr[k + 1] ?? 0) - 128, (ybr[k + 2] ?? 0) - 128];
    // Rounded and cut off by the array itself.
    rgb[k] = y + 1.402 * r;
    rgb[k + 1] = y - 0.344136 * b - 0.714136 * r;
    rgb[k + 2] = y + 1.772 * b;
  }
  return new Uint8Array(rgb.buffer);
}
