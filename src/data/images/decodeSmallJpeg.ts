import type { Pixels } from "./Pixels.js";
import { decodeInWasm } from "./decodeInWasm.js";
import { jpegFrame } from "./jpegSegments.js";
import { picturesOfMpo } from "./picturesOf.js";

/**
 * Images up to so many pixels are decoded here, about 360 x 360: sharp spends a millisecond on setting up before it
 * begins, and from there on its faster arithmetic makes up for that.
 */
const maxPixels = 2 ** 17;

/** Nor has such an image more bytes than these, but for what is not its picture. */
const maxBytes = 2 ** 20;

/**
 * Decodes a small grey baseline JPEG with libjpeg-turbo in WebAssembly, bit for bit as sharp and Pillow do.
 * @returns undefined for any other image, and "damaged" where the codes do not make up the picture, which it finds
 * also in the last rows
 */
export async function decodeSmallJpeg(bytes: Uint8Array): Promise<Pixels | "damaged" | undefined> {
  const frame = jpegFrame(bytes);
  if (frame?.marker !== 0xc0 || frame.samples !== 1 || frame.precision !== 8) return undefined;
  const { height, width } = frame;
  if (height * width > maxPixels || bytes.length > maxBytes || picturesOfMpo(bytes) > 1) return undefined;
  const data = await decodeInWasm("jpeg", bytes, frame, true);
  return data === undefined ? "damaged" : { data, height, width, channels: 1 };
}
