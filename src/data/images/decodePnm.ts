import { tooManyPixels } from "./decodeLimits.js";
import type { Pixels } from "./Pixels.js";
import { UnreadableImage } from "./UnreadableImage.js";
import { spreadBits } from "./spreadBits.js";

/** Two letters that begin a file, and what follows them (Netpbm's pgm(5) and ppm(5)). */
const kinds: Readonly<Record<string, { readonly channels: 1 | 3; readonly isText: boolean }>> = {
  P2: { channels: 1, isText: true },
  P3: { channels: 3, isText: true },
  P5: { channels: 1, isText: false },
  P6: { channels: 3, isText: false },
};

/**
 * Decodes a PGM or PPM. The largest value that it says is white; where it says 65535, the bits that are used are spread
 * as of other files with 16 bits a channel.
 * @param begins told the number of pixels once the header is read
 * @throws UnreadableImage with the reason
 */
export async function decodePnm(bytes: Buffer, begins: (pixels: number) => void): Promise<Pixels> {
  const kind = kinds[bytes.toString("latin1", 0, 2)];
  if (!kind) throw new UnreadableImage("is a bitmap of black and white or a PAM file, which is not read");
  const { numbers, at } = headerOf(bytes);
  const [width = 0, height = 0, white = 0] = numbers;
  if (numbers.length < 3 || width * height === 0 || white === 0 || white > 65535) {
    throw new UnreadableImage("has a header of PGM or PPM that is damaged");
  }
  const tooMany = tooManyPixels(width, height);
  if (tooMany !== undefined) throw new UnreadableImage(tooMany, "tooLarge");
  begins(width * height);
  const { channels, isText } = kind;
  const length = width * height * channels;
  const values = isText ? valuesOfText(bytes, at, length) : valuesOf(bytes, at, length, white > 255 ? 2 : 1);
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
function headerOf(bytes: Buffer): { readonly numbers: readonly number[]; readonly at: number } {
  const text = bytes.toString("latin1", 2, 4096);
  const found =
    /^(?:\s+|#[^\n\r]*[\n\r])*(\d{1,9})(?:\s+|#[^\n\r]*[\n\r])+(\d{1,9})(?:\s+|#[^\n\r]*[\n\r])+(\d{1,5})\s/.exec(
      text,
    );
  return { numbers: found?.slice(1).map(Number) ?? [], at: 2 + (found?.[0].length ?? 0) };
}

/** The values as bytes, or as two bytes of which the higher one comes first. */
function valuesOf(bytes: Buffer, at: number, length: number, size: 1 | 2): Uint16Array | undefined {
  if (bytes.length < at + size * length) return undefined;
  return Uint16Array.from({ length }, (_, k) => bytes.readUIntBE(at + size * k, size));
}

function valuesOfText(bytes: Buffer, at: number, length: number): Uint16Array | undefined {
  const values = bytes
    .toString("latin1", at)
    .replace(/#[^\n\r]*/g, "")
    .match(/\d+/g);
  if (!values || values.length < length) return undefined;
  return Uint16Array.from(values.slice(0, length), Number);
}
