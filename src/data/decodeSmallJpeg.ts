import type { Pixels } from "./decodeImage.js";
import { decodeInWasm } from "./decodeInWasm.js";
import { jpegSegments } from "./jpegSegments.js";

/**
 * Images up to so many pixels are decoded here, about 360 x 360: sharp spends a millisecond on setting up before it
 * begins, and from there on its faster arithmetic makes up for that.
 */
const mostPixels = 2 ** 17;

/**
 * Decodes a small grey baseline JPEG with libjpeg-turbo in WebAssembly, bit for bit as sharp and Pillow do.
 * @returns undefined for any other image, and for a damaged one: sharp knows what to say of it
 */
export async function decodeSmallJpeg(bytes: Uint8Array): Promise<Pixels | undefined> {
  const frame = greyFrame(bytes);
  if (frame === undefined || frame.height * frame.width > mostPixels) return undefined;
  const decoded = await decodeInWasm("jpeg", bytes);
  if (decoded?.data.length !== frame.height * frame.width) return undefined;
  return { data: decoded.data, ...frame, channels: 1 };
}

/** Height and width of a baseline JPEG of one channel and 8 bits; undefined for everything else. */
function greyFrame(bytes: Uint8Array): { readonly height: number; readonly width: number } | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  for (const { marker, content } of jpegSegments(bytes)) {
    if (marker === 0xc0) {
      if (content.length < 6 || content[0] !== 8 || content[5] !== 1) return undefined;
      return { height: content.readUInt16BE(1), width: content.readUInt16BE(3) };
    }
    const isTable = marker === 0xc4 || marker === 0xdb || marker === 0xfe || marker === 0xdd;
    if (!isTable && (marker < 0xe0 || marker > 0xef)) return undefined;
  }
  return undefined;
}
