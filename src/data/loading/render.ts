import type { Pixels } from "../images/Pixels.js";
import { type CachedImage, isAveraged } from "./CachedImage.js";
import { areaAverage } from "../transforms/areaAverage.js";
import { black } from "../transforms/axis.js";
import type { Plan } from "../transforms/plan.js";
import { relight } from "../transforms/relight.js";
import { paddedLength, resample } from "../transforms/resample.js";

/** True when the plan can be carried out on what `source` holds; otherwise the file is decoded once more. */
export function isRenderable(source: CachedImage, plan: Plan): boolean {
  const { averaged } = plan.before ?? plan;
  return !isAveraged(source) || (averaged?.height === source.height && averaged.width === source.width);
}

/**
 * Carries out a plan: averages if the image is much larger than the result, samples, changes the light, and puts the
 * pixels where they belong.
 * @param out receives `[outHeight, outWidth, channels]` of the plan in 0..1; may be longer
 */
export function render(source: CachedImage | Pixels, plan: Plan, out: Float32Array): void {
  const { channels } = source;
  if (plan.before) {
    const { height, width } = plan;
    // Not the working buffer, which the first pass uses itself.
    const data = new Float32Array(paddedLength(height, width, channels));
    render(source, plan.before, data);
    render(
      { data, height, width, channels, fullHeight: height, fullWidth: width },
      { ...plan, before: undefined },
      out,
    );
    return;
  }
  const { layout, lighting } = plan;
  const length = layout.height * layout.width * channels;
  const window = layout.spread ? new Float32Array(length) : out;
  sample(source, plan, window);
  if (lighting) relight(window, length, lighting.scale, lighting.shift);
  arrange(window, channels, plan, out);
}

function sample(source: CachedImage | Pixels, plan: Plan, out: Float32Array): void {
  const { channels } = source;
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
}

/** Fills up what the window does not cover, and cuts the holes. */
function arrange(
  window: Float32Array,
  channels: number,
  { layout, outWidth }: Plan,
  out: Float32Array,
): void {
  const { spread, holes, width } = layout;
  let k = 0;
  for (const row of spread?.rows ?? []) {
    for (const column of spread?.columns ?? []) {
      const at = (row * width + column) * channels;
      const shown = row !== black && column !== black;
      for (let c = 0; c < channels; c++, k++) out[k] = shown ? (window[at + c] ?? 0) : 0;
    }
  }
  for (const { rows, columns } of holes) {
    for (const row of rows) {
      for (const column of columns) {
        const at = (row * outWidth + column) * channels;
        out.fill(0, at, at + channels);
      }
    }
  }
}

/** One working buffer for all images of the thread: rendering allocates nothing a pixel. */
let buffer = new Float32Array(0);

function scratch(length: number): Float32Array {
  if (buffer.length < length) buffer = new Float32Array(length);
  return buffer;
}
