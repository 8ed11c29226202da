import type { DataSet, Element } from "dicom-parser";
import { codingIn } from "./codingIn.js";
import { bytesOf } from "./elements.js";
import { encodingSyntaxes, type PixelCoding } from "./transferSyntax.js";
import { UnreadableImage } from "../images/UnreadableImage.js";

/** A frame as stored, and how. */
export interface PixelData {
  readonly coding: PixelCoding;
  /** Little endian where they are native. */
  readonly pixels: Uint8Array;
}

/** So many bytes behind the pixels are padding, whatever they are. */
const mostPadding = 16;

/** And this share of them where all are zero: some programs fill a block. */
const mostZeros = 1 / 50;

/**
 * The only frame of an image. What the pixels are is told by themselves where the transfer syntax says another thing:
 * archives compress and decompress images, and leave the header as it was.
 * @param stated the coding that the transfer syntax says
 * @param length bytes of the image without compression
 * @throws UnreadableImage when they are cut short, or cannot be what is said
 */
export function pixelData(
  dataSet: DataSet,
  element: Element,
  stated: PixelCoding,
  length: number,
): PixelData {
  const isFragmented = element.hadUndefinedLength === true;
  const stored = isFragmented ? fragments(dataSet.byteArray, element.dataOffset) : bytesOf(dataSet, element);
  if (stored.length === 0) throw new UnreadableImage("holds no pixel data");
  if (isFragmented || stated !== "native") {
    const found = codingIn(stored);
    if (found !== undefined) return { coding: found, pixels: stored };
  }
  const isNative = stored.length >= length && stored.length - length <= 1;
  if (isFragmented && stated === "native" && !isNative) {
    throw new UnreadableImage(
      "has pixel data in fragments, as compressed images have, and a transfer syntax without compression",
    );
  }
  if (!isFragmented && stated !== "native" && !isNative) {
    throw new UnreadableImage(
      "has pixel data that are not compressed, and a transfer syntax of compressed ones",
    );
  }
  if (isFragmented && stated !== "native") return { coding: stated, pixels: stored };
  requireLength(stored, length);
  const isSwapped = dataSet.string("x00020010") === encodingSyntaxes.bigEndian && element.vr === "OW";
  const pixels = isSwapped ? Buffer.from(stored.subarray(0, stored.length & ~1)).swap16() : stored;
  return { coding: "native", pixels };
}

/** @throws UnreadableImage when some other size was meant, or there is a second image */
function requireLength(pixels: Uint8Array, length: number): void {
  const rest = pixels.subarray(length);
  if (rest.length <= mostPadding) return;
  if (rest.length <= length * mostZeros && rest.every((byte) => byte === 0)) return;
  throw new UnreadableImage(
    `holds ${pixels.length} bytes of pixels, and its rows, columns and bits make ${length}`,
  );
}

const [item, endOfSequence] = [0xfffee000, 0xfffee0dd];

/**
 * The fragments of compressed pixels joined (PS3.5, A.4), without the table of offsets before them.
 * @throws UnreadableImage when one is cut short, or something else stands between them
 */
function fragments(bytes: Uint8Array, start: number): Uint8Array {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Buffer[] = [];
  let at = start;
  while (at + 8 <= file.length) {
    const tag = file.readUInt16LE(at) * 0x10000 + file.readUInt16LE(at + 2);
    if (tag === endOfSequence) break;
    const end = at + 8 + file.readUInt32LE(at + 4);
    if (tag !== item || end > file.length) throw new UnreadableImage("is cut short (truncated)");
    found.push(file.subarray(at + 8, end));
    at = end;
  }
  return found.length === 2 ? (found[1] ?? Buffer.alloc(0)) : Buffer.concat(found.slice(1));
}
