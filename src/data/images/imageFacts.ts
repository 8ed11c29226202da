import { checkArguments, texts } from "../../core/checkArguments.js";
import { withRows } from "../../core/resultTables.js";
import { stat } from "node:fs/promises";
import { currentDisplay } from "../../core/Display.js";
import { interruptible } from "../../core/interrupt.js";
import { decodeImage } from "./decodeImage.js";

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
        const { width, height, data } = await decodeImage(path);
        const sum = data.reduce((total, value) => total + value, 0);
        facts.push({ width, height, bytes: (await stat(path)).size, brightness: sum / data.length });
        progress.update(facts.length);
        await check();
      }
    } finally {
      progress.end();
    }
    return withRows("Facts of images", facts);
  });
}
