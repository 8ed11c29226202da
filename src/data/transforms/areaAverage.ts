/**
 * Shrinks an image by averaging: pixel (i, j) of the result is the mean of the source rows
 * floor(i·H/h) up to, not including, ceil((i+1)·H/h), and the columns likewise. The bins overlap by a row where
 * H/h is no whole number (PyTorch's adaptive average pooling, which fast.ai calls "area").
 *
 * @param source `[height, width, channels]` row by row, in any unit
 * @param out `[outHeight, outWidth, channels]`, written in the unit of the source times `factor`
 */
export function areaAverage(
  source: Uint8Array | Float32Array,
  height: number,
  width: number,
  channels: number,
  out: Float32Array,
  outHeight: number,
  outWidth: number,
  factor = 1,
): void {
  const columns = new Float64Array(width * channels);
  for (let i = 0; i < outHeight; i++) {
    const top = Math.floor((i * height) / outHeight);
    const bottom = Math.ceil(((i + 1) * height) / outHeight);
    columns.fill(0);
    for (let y = top; y < bottom; y++) addRow(source, y * width * channels, columns);
    for (let j = 0; j < outWidth; j++) {
      const left = Math.floor((j * width) / outWidth);
      const right = Math.ceil(((j + 1) * width) / outWidth);
      const weight = factor / ((bottom - top) * (right - left));
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let x = left; x < right; x++) sum += columns[x * channels + c] ?? 0;
        out[(i * outWidth + j) * channels + c] = sum * weight;
      }
    }
  }
}

function addRow(source: Uint8Array | Float32Array, start: number, sums: Float64Array): void {
  for (let k = 0; k < sums.length; k++) sums[k] = (sums[k] ?? 0) + (source[start + k] ?? 0);
}
