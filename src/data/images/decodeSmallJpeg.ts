import type { Pixels } from "./Pixels.js";
import { decodeInWasm } from "./decodeInWasm.js";
import { jpegFrame } from "./jpegSegments.js";

/**
 * Images up to so many pixels are decoded here, about 360 x 360: sharp spends a millisecond on setting up before it
 * begins, and from there on its faster arithmetic makes up for that.
 */
const maxPixels = 2 ** 17;

/** Nor has such an image more bytes than these, but for what is not its picture. */
const maxBytes = 2 ** 20;

/**
 * Decodes a small grey baseline JPEG with libjpeg-turbo in WebAssembly, bit for bit as sharp and Pillow do.
 * @returns undefined for any other image, and for a damaged one: sharp knows what to say of it
 */
export async function decodeSmallJpeg(bytes: Uint8Array): Promise<Pixels | undefined> {
  const frame = jpegFrame(bytes);
  if (frame?.marker !== 0xc0 || frame.samples !== 1 || frame.precision !== 8) return undefined;
  const { height, width } = frame;
  if (height * width > maxPixels || bytes.length > maxBytes) return undefined;
  const data = await decodeInWasm("jpeg", bytes, frame, true);
  return data && { data, height, width, channels: 1 };
}
