import { UnreadableImage } from "./UnreadableImage.js";

/** Where the codes begin, and what they are of. */
export interface RunLengthPicture {
  readonly from: number;
  readonly width: number;
  readonly height: number;
  /** 8, or 4: two pixels a byte. */
  readonly bits: number;
}

/**
 * The palette's indices of a run-length coded Windows bitmap (BI_RLE8 and BI_RLE4), row by row from the top; what is passed
 * over has the index 0.
 * @throws UnreadableImage when the codes end before the picture does, or lead out of it
 */
export function runLengthIndices(
  bytes: Uint8Array,
  { from, width, height, bits }: RunLengthPicture,
): Uint8Array {
  const indices = new Uint8Array(width * height);
  const perByte = 8 / bits;
  let [x, y, at] = [0, 0, from];
  const next = (): number => {
    const byte = bytes[at++];
    if (byte === undefined) throw new UnreadableImage("is cut short (truncated)");
    return byte;
  };
  const put = (byte: number, k: number): void => {
    if (x >= width || y >= height) throw new UnreadableImage("is a BMP whose codes lead out of its picture");
    const index = perByte === 1 ? byte : k % 2 === 0 ? byte >> 4 : byte & 15;
    // The lowest row is the first.
    indices[(height - 1 - y) * width + x++] = index;
  };
  for (;;) {
    const [count, value] = [next(), next()];
    if (count > 0) {
      for (let k = 0; k < count; k++) put(value, k);
    } else if (value === 0) {
      [x, y] = [0, y + 1];
    } else if (value === 1) {
      return indices;
    } else if (value === 2) {
      [x, y] = [x + next(), y + next()];
    } else {
      // So many pixels as they are, in whole words.
      const length = Math.ceil(value / perByte);
      const start = at;
      for (let k = 0; k < value; k++) {
        at = start + Math.floor(k / perByte);
        put(next(), k);
      }
      at = start + length + (length % 2);
    }
  }
}
