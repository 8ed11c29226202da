import type { FrameHeader } from "../images/jpegSegments.js";
import { UnreadableDicom } from "./UnreadableDicom.js";

/** More tiles than any encoder makes of an image; a few bytes may ask for 65535. */
const maxTiles = 16384;

/** What the header of a JPEG 2000 image says. */
export interface Jpeg2000Frame extends FrameHeader {
  readonly signed: boolean;
}

const startOfCodestream = 0xff4fff51;
const fileSignature = "jP  ";

/** Whether bytes begin as a codestream or a file of JPEG 2000. */
export function isJpeg2000(image: Uint8Array): boolean {
  const bytes = Buffer.from(image.buffer, image.byteOffset, Math.min(8, image.byteLength));
  return bytes.length === 8 && (bytes.readUInt32BE(0) === startOfCodestream || isFile(bytes));
}

/**
 * What the header of a JPEG 2000 image says (ITU T.800, A.5.1), as a codestream or in the boxes of a file.
 * @returns undefined where there is none
 * @throws UnreadableDicom for what no X-ray has, and is not decoded
 */
export function jpeg2000Frame(image: Uint8Array): Jpeg2000Frame | undefined {
  const bytes = codestream(Buffer.from(image.buffer, image.byteOffset, image.byteLength));
  if (bytes === undefined || bytes.length < 45 || bytes.readUInt32BE(0) !== startOfCodestream)
    return undefined;
  const read = (at: number): number => bytes.readUInt32BE(at);
  const [width, height] = [read(8) - read(16), read(12) - read(20)];
  const tiles = Math.ceil((read(8) - read(32)) / read(24)) * Math.ceil((read(12) - read(36)) / read(28));
  const samples = bytes.readUInt16BE(40);
  if (bytes.length < 42 + 3 * samples) return undefined;
  if (!(tiles <= maxTiles)) throw new UnreadableDicom(`has a JPEG 2000 image of more than ${maxTiles} tiles`);
  const depth = bytes.readUInt8(42);
  for (let k = 0; k < samples; k++) {
    const at = 42 + 3 * k;
    if (bytes[at] !== depth || bytes[at + 1] !== 1 || bytes[at + 2] !== 1) {
      throw new UnreadableDicom(
        "has a JPEG 2000 image whose samples differ in size or bits, which is not read",
      );
    }
  }
  // The highest bit is the sign.
  return { width, height, samples, precision: (depth & 127) + 1, signed: depth > 127 };
}

const isFile = (bytes: Buffer): boolean => bytes.toString("latin1", 4, 8) === fileSignature;

/** The codestream in a file of JPEG 2000 (ITU T.800, annex I); of others the bytes themselves. */
function codestream(bytes: Buffer): Buffer | undefined {
  if (!isFile(bytes)) return bytes;
  for (let at = 0; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    if (bytes.toString("latin1", at + 4, at + 8) === "jp2c")
      return bytes.subarray(at + (length === 1 ? 16 : 8));
    if (length < 8) return undefined;
    at += length;
  }
  return undefined;
}
