import { tooManyPixels } from "./decodeLimits.js";
import type { Pixels } from "./Pixels.js";
import { UnreadableImage } from "./UnreadableImage.js";
import { spreadBits } from "./spreadBits.js";

/** Two letters that begin a file, and what follows them (Netpbm's pbm(5), pgm(5) and ppm(5)). */
const kinds: Readonly<
  Record<string, { readonly channels: 1 | 3; readonly isText: boolean; readonly isBitmap?: boolean }>
> = {
  P1: { channels: 1, isText: true, isBitmap: true },
  P4: { channels: 1, isText: false, isBitmap: true },
  P2: { channels: 1, isText: true },
  P3: { channels: 3, isText: true },
  P5: { channels: 1, isText: false },
  P6: { channels: 3, isText: false },
};

/**
 * Decodes a PBM, whose ones are black, a PGM or a PPM. The largest value that it says is white; where it says 65535, the bits that are used are spread
 * as of other files with 16 bits a channel.
 * @param begins told the number of pixels once the header is read
 * @throws UnreadableImage with the reason
 */
export async function decodePnm(bytes: Buffer, begins: (pixels: number) => void): Promise<Pixels> {
  const kind = kinds[bytes.toString("latin1", 0, 2)];
  if (!kind) throw new UnreadableImage("is a PAM file, which is not read", "unsupported");
  const { channels, isText, isBitmap = false } = kind;
  const { numbers, at } = headerOf(bytes, isBitmap ? 2 : 3);
  const [width = 0, height = 0, white = isBitmap ? 1 : 0] = numbers;
  if (width * height === 0 || white === 0 || white > 65535) {
    throw new UnreadableImage("has a header of PBM, PGM or PPM that is damaged");
  }
  const tooMany = tooManyPixels(width, height);
  if (tooMany !== undefined) throw new UnreadableImage(tooMany, "tooLarge");
  begins(width * height);
  const length = width * height * channels;
  if (isBitmap) {
    const data = isText ? numbersOfText(bytes, at, length) : bitsOf(bytes, at, width, height);
    if (!data) throw new UnreadableImage("is cut short (truncated)");
    return { height, width, channels, data: Uint8Array.from(data, (bit) => (bit === 1 ? 0 : 255)) };
  }
  const values = isText
    ? numbersOfText(bytes, at, length, white)
    : valuesOf(bytes, at, length, white > 255 ? 2 : 1);
  if (!values) throw new UnreadableImage("is cut short (truncated)");
  const shape = { height, width, channels };
  if (white === 65535) {
    const { data, usedBits } = await spreadBits(values);
    return { ...shape, data, ...(usedBits < 16 ? { usedBits } : {}) };
  }
  return {
    ...shape,
    data: Uint8Array.from(values, (value) => Math.min(255, Math.round((255 * value) / white))),
  };
}

/** Width, height and white, with comments between them, and where the pixels begin: behind one blank. */
const header =
  /^(?:\s+|#[^\n\r]*[\n\r])*(\d{1,9})(?:\s+|#[^\n\r]*[\n\r])+(\d{1,9})(?:\s+|#[^\n\r]*[\n\r])+(\d{1,5})\s/;
/** That of a bitmap has no white. */
const bitmapHeader = /^(?:\s+|#[^\n\r]*[\n\r])*(\d{1,9})(?:\s+|#[^\n\r]*[\n\r])+(\d{1,9})\s/;

function headerOf(bytes: Buffer, count: 2 | 3): { readonly numbers: readonly number[]; readonly at: number } {
  const found = (count === 2 ? bitmapHeader : header).exec(bytes.toString("latin1", 2, 4096));
  return { numbers: found?.slice(1).map(Number) ?? [], at: 2 + (found?.[0].length ?? 0) };
}

/** Eight pixels a byte, the first one in its highest bit; rows begin with a byte. */
function bitsOf(bytes: Buffer, at: number, width: number, height: number): Uint8Array | undefined {
  const rowBytes = Math.ceil(width / 8);
  if (bytes.length < at + rowBytes * height) return undefined;
  return Uint8Array.from({ length: width * height }, (_, k) => {
    const [y, x] = [Math.floor(k / width), k % width];
    return ((bytes[at + rowBytes * y + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1;
  });
}

/** The values as bytes, or as two bytes of which the higher one comes first. */
function valuesOf(bytes: Buffer, at: number, length: number, size: 1 | 2): Uint16Array | undefined {
  if (bytes.length < at + size * length) return undefined;
  return Uint16Array.from({ length }, (_, k) => bytes.readUIntBE(at + size * k, size));
}

/**
 * Values that are written as text, with comments between them.
 * @param white the largest; undefined: those of a bitmap, zeros and ones, which need no blanks between them
 * @throws UnreadableImage for anything else among them: left out, it would move all that follow
 */
function numbersOfText(bytes: Buffer, at: number, length: number, white?: number): Uint16Array | undefined {
  const text = bytes.toString("latin1", at).replace(/#[^\n\r]*/g, " ");
  const values = new Uint16Array(length);
  const largest = white ?? 1;
  const found = text.matchAll(white === undefined ? /\S/g : /\S+/g);
  for (let k = 0; k < length; k++) {
    const [token] = found.next().value ?? [];
    if (token === undefined) return undefined;
    if (!/^\d+$/.test(token) || Number(token) > largest) {
      const shown = JSON.stringify(token.slice(0, 12));
      throw new UnreadableImage(`holds ${shown} among its pixels, which are numbers from 0 to ${largest}`);
    }
    values[k] = Number(token);
  }
  return values;
}
