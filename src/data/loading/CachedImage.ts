import type { Pixels } from "../images/Pixels.js";
import { areaAverage } from "../transforms/areaAverage.js";
import { averagedSize, resizeTarget, shrinkage } from "../transforms/plan.js";
import { paddedLength } from "../transforms/resample.js";
import type { ResizeMethod } from "../transforms/resizing.js";

/**
 * An image as it is kept in memory between epochs: decoded, or averaged once where every usual draw samples the
 * average. Its buffer is shared, so that handing it to a worker thread copies nothing.
 */
export interface CachedImage {
  /** `[height, width, channels]`: 0..255 as decoded (bytes), or 0..1 averaged (floats, padded). */
  readonly data: Uint8Array | Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** The size as decoded. */
  readonly fullHeight: number;
  readonly fullWidth: number;
}

/** True of a source that holds the average in place of the decoded pixels. */
export const isAveraged = (source: CachedImage): source is CachedImage & { readonly data: Float32Array } =>
  source.data instanceof Float32Array;

/**
 * From this shrinkage on the average is kept: fast.ai's default transforms zoom in by at most 1.19, so they always
 * sample it. A draw that zooms in further decodes the file again.
 */
const keptFrom = 1.2;

/** The form in which a decoded image is kept for results of `size` x `size` pixels. */
export function toCachedImage(pixels: Pixels, size: number, resizeMethod?: ResizeMethod): CachedImage {
  const { height, width, channels } = pixels;
  const [targetHeight, targetWidth] = resizeTarget(height, width, size, resizeMethod);
  const smaller = averagedSize(height, width, targetHeight, targetWidth, 1);
  if (smaller !== undefined && shrinkage(height, width, targetHeight, targetWidth) >= keptFrom) {
    const length = paddedLength(smaller.height, smaller.width, channels);
    const data = new Float32Array(new SharedArrayBuffer(length * 4));
    areaAverage(pixels.data, height, width, channels, data, smaller.height, smaller.width, 1 / 255);
    return { data, ...smaller, channels, fullHeight: height, fullWidth: width };
  }
  const data = new Uint8Array(new SharedArrayBuffer(pixels.data.length));
  data.set(pixels.data);
  return { data, height, width, channels, fullHeight: height, fullWidth: width };
}
