/**
 * Shrinks an image by averaging: pixel (i, j) of the result is the mean of the source rows
 * floor(i·H/h) up to, not including, ceil((i+1)·H/h), and the columns likewise. The bins overlap by a row where
 * H/h is no whole number (PyTorch's adaptive average pooling, which fast.ai calls "area").
 *
 * @param source `[height, width, channels]` row by row, 0..255
 * @param out `[outHeight, outWidth, channels]`, written in the unit of the source times `factor`
 */
export function areaAverage(
  source: Uint8Array,
  height: number,
  width: number,
  channels: number,
  out: Float32Array,
  outHeight: number,
  outWidth: number,
  factor = 1,
): void {
  const bytes = new DataView(source.buffer, source.byteOffset, source.byteLength);
  const length = width * channels;
  const columns = new Int32Array(length);
  const starts = Int32Array.from({ length: outWidth }, (_, j) => channels * first(j, width, outWidth));
  const ends = Int32Array.from({ length: outWidth }, (_, j) => channels * end(j, width, outWidth));
  for (let i = 0, k = 0; i < outHeight; i++) {
    const top = first(i, height, outHeight);
    const bottom = end(i, height, outHeight);
    columns.fill(0);
    for (let y = top; y < bottom; y += maxRows) {
      addRows(bytes, y * length, Math.min(maxRows, bottom - y), columns);
    }
    const share = (factor * channels) / (bottom - top);
    for (let j = 0; j < outWidth; j++) {
      const left = starts[j] ?? 0;
      const right = ends[j] ?? 0;
      const weight = share / (right - left);
      for (let c = 0; c < channels; c++, k++) {
        let sum = 0;
        for (let x = left + c; x < right; x += channels) sum += columns[x] ?? 0;
        out[k] = sum * weight;
      }
    }
  }
}

/** The first source row (or column) of a bin, and the one behind its last. */
const first = (bin: number, length: number, bins: number): number => Math.floor((bin * length) / bins);
const end = (bin: number, length: number, bins: number): number => Math.ceil(((bin + 1) * length) / bins);

/** So many bytes sum to less than 2^16. */
const maxRows = 257;
/** Every other byte of a word, each with room for a sum of 16 bits. */
const lanes = 0x00ff00ff;

/**
 * Adds `rows` rows, from the byte `start` on, to the sums. Four bytes at once: averaging reads every byte of the
 * file's image, and is what remains of the time after decoding.
 */
function addRows(bytes: DataView, start: number, rows: number, sums: Int32Array): void {
  const { length } = sums;
  const inWords = length - (length % 4);
  for (let x = 0; x < inWords; x += 4) {
    let even = 0;
    let odd = 0;
    for (let y = 0, at = start + x; y < rows; y++, at += length) {
      const word = bytes.getUint32(at, true);
      even = (even + (word & lanes)) | 0;
      odd = (odd + ((word >>> 8) & lanes)) | 0;
    }
    sums[x] = (sums[x] ?? 0) + (even & 0xffff);
    sums[x + 1] = (sums[x + 1] ?? 0) + (odd & 0xffff);
    sums[x + 2] = (sums[x + 2] ?? 0) + (even >>> 16);
    sums[x + 3] = (sums[x + 3] ?? 0) + (odd >>> 16);
  }
  for (let x = inWords; x < length; x++) {
    for (let y = 0, at = start + x; y < rows; y++, at += length) {
      sums[x] = (sums[x] ?? 0) + bytes.getUint8(at);
    }
  }
}
