import sharp from "sharp";
import { currentDisplay } from "../../core/Display.js";
import { interruptible } from "../../core/interrupt.js";
import { BadImage } from "../../data/images/BadImage.js";
import { decodeImage } from "../../data/images/decodeImage.js";

/** The longer side of a thumbnail at most, in pixels. */
const side = 224;
/** Images in work at a time. */
const atOnce = 4;

/** A small picture of an image as a data URL, or why there is none. */
export type Thumbnail = { readonly url: string } | { readonly reason: string };

/**
 * Draws a thumbnail of each image, decoded as for training.
 * @param paths absolute; what is there twice is drawn once
 * @throws Interrupted when the person stopped it
 */
export async function thumbnails(paths: readonly string[]): Promise<ReadonlyMap<string, Thumbnail>> {
  const waiting = [...new Set(paths)];
  const drawn = new Map<string, Thumbnail>();
  const progress = currentDisplay().taskProgress("Drawing thumbnails", waiting.length);
  const some = async (check: () => Promise<void>): Promise<void> => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      drawn.set(path, await thumbnail(path));
      progress.update(drawn.size);
      await check();
    }
  };
  try {
    await interruptible(async (check) => {
      await Promise.all(Array.from({ length: atOnce }, () => some(check)));
    });
  } finally {
    progress.end();
  }
  return drawn;
}

async function thumbnail(path: string): Promise<Thumbnail> {
  try {
    const { data, height, width, channels } = await decodeImage(path);
    const webp = await sharp(data, { raw: { width, height, channels } })
      .resize(side, side, { fit: "inside", withoutEnlargement: true })
      .webp({ quality: 75 })
      .toBuffer();
    return { url: `data:image/webp;base64,${webp.toString("base64")}` };
  } catch (error) {
    if (error instanceof BadImage) return { reason: error.reason };
    throw error;
  }
}
