import type { Pixels } from "./decodeImage.js";
import { decodeInWasm } from "./decodeInWasm.js";

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
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  // Segments of a marker, their length and so much content, up to the frame's header.
  for (let at = 2; at + 10 <= bytes.length; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker === 0xffc0) {
      const [bits, channels] = [view.getUint8(at + 4), view.getUint8(at + 9)];
      if (bits !== 8 || channels !== 1) return undefined;
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    }
    const isTable = marker === 0xffc4 || marker === 0xffdb || marker === 0xfffe || marker === 0xffdd;
    if (!isTable && (marker < 0xffe0 || marker > 0xffef)) return undefined;
  }
  return undefined;
}
