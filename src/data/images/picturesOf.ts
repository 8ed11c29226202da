import { jpegSegments } from "./jpegSegments.js";

/** The frames that a PNG says it has: more than one where it is animated (PNG specification of 2025, 11.3.6.1). */
export function framesOfPng(png: Buffer): number {
  for (let at = 8; at + 12 <= png.length; at += 12 + png.readUInt32BE(at)) {
    const type = png.toString("latin1", at + 4, at + 8);
    if (type === "acTL") return png.readUInt32BE(at + 8);
    if (type === "IDAT") break;
  }
  return 1;
}

/** The tag of an image list, and the bytes of its entries (CIPA DC-007, 5.2.3). */
const mpEntries = 0xb002;
const entryBytes = 16;

/**
 * The pictures of a JPEG that brings others behind it (CIPA DC-007, "multi-picture format"); thumbnails of the first
 * one are not counted.
 */
export function picturesOfMpo(jpeg: Uint8Array): number {
  for (const { marker, content } of jpegSegments(jpeg)) {
    if (marker === 0xda) break;
    if (marker === 0xe2 && content.toString("latin1", 0, 4) === "MPF\0") return listed(content.subarray(4));
  }
  return 1;
}

/** @param list its header and directory are as those of a TIFF */
function listed(list: Buffer): number {
  const little = list[0] === 0x49;
  const view = new DataView(list.buffer, list.byteOffset, list.byteLength);
  try {
    const directory = view.getUint32(4, little);
    for (let k = 0; k < view.getUint16(directory, little); k++) {
      const at = directory + 2 + 12 * k;
      if (view.getUint16(at, little) !== mpEntries) continue;
      const [bytes, from] = [view.getUint32(at + 4, little), view.getUint32(at + 8, little)];
      let count = 0;
      for (let entry = from; entry < from + bytes; entry += entryBytes) {
        const type = (view.getUint32(entry, little) >> 16) & 0xff;
        if (type !== 1) count++;
      }
      return count;
    }
  } catch (error) {
    // A place outside the list, which is damaged: only the first picture is found.
    if (!(error instanceof RangeError)) throw error;
  }
  return 1;
}
