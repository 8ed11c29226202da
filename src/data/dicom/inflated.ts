import { inflateRawSync } from "node:zlib";
import { UnreadableImage } from "../images/UnreadableImage.js";

/** Deflated bytes may become a thousand times as many; an image of 8000 x 8000 has as many as this. */
const maxInflatedBytes = 128 * 1024 ** 2;

/**
 * A deflated data set as it was before.
 * @throws UnreadableImage
 */
export function inflated(dataSet: Uint8Array): Buffer {
  try {
    return inflateRawSync(dataSet, { maxOutputLength: maxInflatedBytes });
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw new UnreadableImage(
      tooLarge
        ? `holds more than ${maxInflatedBytes / 1024 ** 2} MB once inflated`
        : "is cut short (truncated)",
    );
  }
}
