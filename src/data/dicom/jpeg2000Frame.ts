import type { FrameHeader } from "../images/jpegSegments.js";
import { UnreadableImage } from "../images/UnreadableImage.js";

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
 * @throws UnreadableImage for what no X-ray has, and is not decoded
 */
export function jpeg2000Frame(image: Uint8Array): Jpeg2000Frame | undefined {
  const bytes = codestream(image);
  if (bytes === undefined || bytes.length < 45 || bytes.readUInt32BE(0) !== startOfCodestream)
    return undefined;
  const read = (at: number): number => bytes.readUInt32BE(at);
  const [width, height] = [read(8) - read(16), read(12) - read(20)];
  const tiles = Math.ceil((read(8) - read(32)) / read(24)) * Math.ceil((read(12) - read(36)) / read(28));
  const samples = bytes.readUInt16BE(40);
  if (bytes.length < 42 + 3 * samples) return undefined;
  if (!(tiles <= maxTiles)) throw new UnreadableImage(`has a JPEG 2000 image of more than ${maxTiles} tiles`);
  const depth = bytes.readUInt8(42);
  for (let k = 0; k < samples; k++) {
    const at = 42 + 3 * k;
    if (bytes[at] !== depth || bytes[at + 1] !== 1 || bytes[at + 2] !== 1) {
      throw new UnreadableImage(
        "has a JPEG 2000 image whose samples differ in size or bits, which is not read",
        "unsupported",
      );
    }
  }
  // The highest bit is the sign.
  return { width, height, samples, precision: (depth & 127) + 1, signed: depth > 127 };
}

const isFile = (bytes: Buffer): boolean => bytes.toString("latin1", 4, 8) === fileSignature;

/** The codestream in a file of JPEG 2000 (ITU T.800, annex I); of others the bytes themselves. */
export function codestream(image: Uint8Array): Buffer | undefined {
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  return isFile(bytes) ? boxes(bytes).find(({ name }) => name === "jp2c")?.content : bytes;
}

/** Whether a file says that its colours are by a palette, or of another space than sRGB and grey (I.5.3). */
export function hasOtherColours(image: Uint8Array): boolean {
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  if (!isFile(bytes)) return false;
  const header = boxes(bytes).find(({ name }) => name === "jp2h");
  return boxes(header?.content ?? Buffer.alloc(0)).some(({ name, content }) => {
    if (name !== "colr") return name === "pclr";
    const isListed = content.length >= 7 && content[0] === 1;
    return isListed && ![16, 17].includes(content.readUInt32BE(3));
  });
}

interface Box {
  readonly name: string;
  readonly content: Buffer;
}

/** The boxes one after the other, up to the first thing that is none. */
function boxes(bytes: Buffer): Box[] {
  const found: Box[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const said = bytes.readUInt32BE(at);
    const isLong = said === 1 && at + 16 <= bytes.length;
    // 0: to the end.
    const length = isLong ? Number(bytes.readBigUInt64BE(at + 8)) : said === 0 ? bytes.length - at : said;
    if (length < 8) break;
    const content = bytes.subarray(at + (isLong ? 16 : 8), at + length);
    found.push({ name: bytes.toString("latin1", at + 4, at + 8), content });
    at += length;
  }
  return found;
}
