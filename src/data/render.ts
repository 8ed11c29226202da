import type { Pixels } from "./decodeImage.js";
import { type Source, isAveraged } from "./Source.js";
import { areaAverage } from "./transforms/areaAverage.js";
import type { Plan } from "./transforms/plan.js";
import { relight } from "./transforms/relight.js";
import { paddedLength, resample } from "./transforms/resample.js";

/** True when the plan can be carried out on what `source` holds; otherwise the file is decoded once more. */
export const suits = (source: Source, plan: Plan): boolean =>
  !isAveraged(source) || (plan.averaged?.height === source.height && plan.averaged.width === source.width);

/**
 * Carries out a plan: averages if the image is much larger than the result, samples, changes the light.
 * @param out receives `[size, size, channels]` in 0..1; may be longer
 */
export function render(source: Source | Pixels, plan: Plan, out: Float32Array): void {
  const { channels } = source;
  const length = plan.size * plan.size * channels;
  if (source.data instanceof Float32Array) {
    resample(source.data, source.height, source.width, channels, plan, out);
  } else if (plan.averaged === undefined) {
    // One kind of array for the sampling loop, which is slower where it may meet two.
    const pixels = scratch(paddedLength(source.height, source.width, channels));
    pixels.set(source.data);
    resample(pixels, source.height, source.width, channels, plan, out, 1 / 255);
  } else {
    const { height, width } = plan.averaged;
    const average = scratch(paddedLength(height, width, channels));
    areaAverage(source.data, source.height, source.width, channels, average, height, width, 1 / 255);
    resample(average, height, width, channels, plan, out);
  }
  if (plan.lighting) relight(out, length, plan.lighting.scale, plan.lighting.shift);
}

/** One working buffer for all images of the thread: rendering allocates nothing a pixel. */
let buffer = new Float32Array(0);

function scratch(length: number): Float32Array {
  if (buffer.length < length) buffer = new Float32Array(length);
  return buffer;
}
