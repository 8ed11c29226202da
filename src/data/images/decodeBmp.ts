import { runLengthIndices } from "./runLengthIndices.js";
import { tooManyPixels } from "./decodeLimits.js";
import type { Pixels } from "./Pixels.js";
import { UnreadableImage } from "./UnreadableImage.js";

/** What a bitmap's headers say. */
interface Header {
  readonly width: number;
  readonly height: number;
  /** The first row is the uppermost one; in most files it is the lowest. */
  readonly fromTop: boolean;
  /** Bits of a pixel. */
  readonly bits: number;
  /** Where the pixels begin. */
  readonly pixels: number;
  /** Red, green and blue of each index, or where they stand in a pixel. */
  readonly palette?: Buffer;
  readonly masks: readonly [red: number, green: number, blue: number];
  readonly isRunLength: boolean;
}

/** The first 14 bytes are the file's, those behind it of the picture; older ones have sides of 16 bits. */
const fileHeader = 14;
const oldHeader = 12;

const masksOf5Bits = [0x7c00, 0x3e0, 0x1f] as const;
const masksOf8Bits = [0xff0000, 0xff00, 0xff] as const;

/** How a bitmap may be stored: as it is, run-length coded, with masks, or as another format. */
const compressions = ["", "", "", "", "JPEG", "PNG", ""] as const;

/**
 * Decodes a Windows bitmap: grey or colours by a palette of 1, 4 or 8 bits, run-length coded or not, or 16, 24 and 32 bits a
 * pixel. Transparency is dropped.
 * @param begins told the number of pixels once the header is read
 * @throws UnreadableImage with the reason
 */
export function decodeBmp(bytes: Buffer, begins: (pixels: number) => void): Pixels {
  const { width, height, fromTop, bits, pixels, palette, masks, isRunLength } = headerOf(bytes);
  begins(width * height);
  if (isRunLength && palette) {
    const indices = runLengthIndices(bytes, { from: pixels, width, height, bits });
    const data = new Uint8Array(3 * width * height);
    indices.forEach((index, k) => {
      for (let c = 0; c < 3; c++) data[3 * k + c] = palette[4 * index + 2 - c] ?? 0;
    });
    return { data, height, width, channels: 3 };
  }
  // Rows begin at a multiple of 4 bytes.
  const rowBytes = 4 * Math.ceil((width * bits) / 32);
  if (pixels + rowBytes * height > bytes.length) throw new UnreadableImage("is cut short (truncated)");
  const data = new Uint8Array(3 * width * height);
  const scales = masks.map((mask) => 255 / Math.max(1, mask / lowestBit(mask)));
  for (let y = 0, at = 0; y < height; y++) {
    const row = pixels + rowBytes * (fromTop ? y : height - 1 - y);
    for (let x = 0; x < width; x++, at += 3) {
      const value = valueAt(bytes, row, x, bits);
      if (palette) {
        // A palette's colours are blue, green, red and nothing.
        for (let k = 0; k < 3; k++) data[at + k] = palette[4 * value + 2 - k] ?? 0;
        continue;
      }
      masks.forEach((mask, k) => {
        data[at + k] = Math.round((((value & mask) >>> 0) / lowestBit(mask)) * (scales[k] ?? 0));
      });
    }
  }
  return { data, height, width, channels: 3 };
}

const lowestBit = (mask: number): number => (mask === 0 ? 1 : (mask & -mask) >>> 0);

/** Below a byte the first pixel has the highest bits. */
function valueAt(bytes: Buffer, row: number, x: number, bits: number): number {
  if (bits >= 8) return bytes.readUIntLE(row + (x * bits) / 8, bits / 8);
  const byte = bytes.readUInt8(row + Math.floor((x * bits) / 8));
  return (byte >> (8 - bits - ((x * bits) % 8))) & (2 ** bits - 1);
}

function headerOf(bytes: Buffer): Header {
  const size = bytes.length < 18 ? 0 : bytes.readUInt32LE(fileHeader);
  if (bytes.length < fileHeader + Math.max(size, oldHeader)) {
    throw new UnreadableImage("is cut short (truncated)");
  }
  const isOld = size === oldHeader;
  const width = isOld ? bytes.readUInt16LE(18) : bytes.readInt32LE(18);
  const signedHeight = isOld ? bytes.readUInt16LE(20) : bytes.readInt32LE(22);
  const bits = bytes.readUInt16LE(isOld ? 24 : 28);
  const compression = isOld || size < 20 ? 0 : bytes.readUInt32LE(30);
  const height = Math.abs(signedHeight);
  if (width <= 0 || height === 0) throw new UnreadableImage("is a BMP without pixels");
  const tooMany = tooManyPixels(width, height);
  if (tooMany !== undefined) throw new UnreadableImage(tooMany, "tooLarge");
  const coding = compressions[compression];
  if (coding !== "")
    throw new UnreadableImage(
      `is a BMP with ${coding ?? "an unknown compression"}, which is not read`,
      "unsupported",
    );
  const isRunLength = compression === 1 || compression === 2;
  if (isRunLength && bits !== (compression === 1 ? 8 : 4)) {
    throw new UnreadableImage(`is a BMP of ${bits} bits with a run-length coding of others: a contradiction`);
  }
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new UnreadableImage(`is a BMP of ${bits} bits a pixel`);
  const behind = fileHeader + size;
  const hasMasks = (compression === 3 || compression === 6) && bytes.length >= 66;
  const mask = (k: number): number => bytes.readUInt32LE(54 + 4 * k);
  return {
    width,
    height,
    fromTop: signedHeight < 0,
    bits,
    isRunLength,
    pixels: bytes.readUInt32LE(10),
    masks: hasMasks ? [mask(0), mask(1), mask(2)] : bits === 16 ? masksOf5Bits : masksOf8Bits,
    ...(bits <= 8 ? { palette: paletteOf(bytes, behind, bits, isOld) } : {}),
  };
}

/** Four bytes a colour; older files have three. */
function paletteOf(bytes: Buffer, from: number, bits: number, isOld: boolean): Buffer {
  const count = 2 ** bits;
  if (!isOld) return bytes.subarray(from, from + 4 * count);
  const colours = Array.from({ length: count }, (_, k) => [
    ...bytes.subarray(from + 3 * k, from + 3 * k + 3),
    0,
  ]);
  return Buffer.from(colours.flat());
}
