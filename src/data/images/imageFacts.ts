import { checkArguments, texts } from "../../core/checkArguments.js";
import { withRows } from "../../core/resultTables.js";
import { stat } from "node:fs/promises";
import { currentDisplay } from "../../core/Display.js";
import { interruptible } from "../../core/interrupt.js";
import { decodeImage } from "./decodeImage.js";
import type { Pixels } from "./Pixels.js";

/** What is known of an image without looking at what it shows: a net may learn from it all the same. */
export interface ImageFacts {
  /** In pixels, as stored. */
  readonly width: number;
  /** In pixels, as stored. */
  readonly height: number;
  /** The file's size. */
  readonly bytes: number;
  /** The mean of all pixels, 0..255. */
  readonly brightness: number;
  /** The variance of the Laplacian (Pech-Pacheco et al., 2000): near 0 for an image without any edge, larger for sharper ones. */
  readonly sharpness: number;
}

/**
 * Reads the facts of some image files, in their order.
 * @throws UserError naming a file that cannot be decoded
 */
export async function imageFacts(paths: readonly string[]): Promise<ImageFacts[]> {
  checkArguments("imageFacts(data.validDs.items.map(({ path }) => path))", { paths: [paths, texts] });
  return interruptible(async (check) => {
    const progress = currentDisplay().taskProgress("reading images", paths.length);
    const facts: ImageFacts[] = [];
    try {
      for (const path of paths) {
        const image = await decodeImage(path);
        const { width, height, data } = image;
        const sum = data.reduce((total, value) => total + value, 0);
        const { size: bytes } = await stat(path);
        facts.push({ width, height, bytes, brightness: sum / data.length, sharpness: sharpnessOf(image) });
        progress.update(facts.length);
        await check();
      }
    } finally {
      progress.end();
    }
    return withRows("Facts of images", facts);
  });
}

/** The variance of what a pixel's four neighbours have more than itself, taken together; pixels of the edge have not four. */
function sharpnessOf({ data, width, height, channels }: Pixels): number {
  const pixels = width * height;
  const grey = channels === 1 ? data : new Float32Array(pixels);
  if (channels === 3) {
    for (let k = 0; k < pixels; k++) {
      grey[k] = ((data[3 * k] ?? 0) + (data[3 * k + 1] ?? 0) + (data[3 * k + 2] ?? 0)) / 3;
    }
  }
  const at = (pixel: number): number => grey[pixel] ?? 0;
  let [n, sum, squares] = [0, 0, 0];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const place = y * width + x;
      const laplacian = at(place - 1) + at(place + 1) + at(place - width) + at(place + width) - 4 * at(place);
      n++;
      sum += laplacian;
      squares += laplacian * laplacian;
    }
  }
  return n === 0 ? 0 : squares / n - (sum / n) ** 2;
}
