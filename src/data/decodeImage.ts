import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import sharp from "sharp";
import { UserError, messageOf } from "../errors.js";
import { decodeSmallJpeg } from "./decodeSmallJpeg.js";
import { decodeDicom } from "./dicom/decodeDicom.js";
import { isDicom } from "./dicom/readDicom.js";
import { UnreadableDicom } from "./dicom/UnreadableDicom.js";

// One image a thread at a time: the worker threads are the parallelism, and no image is opened twice.
sharp.concurrency(1);
sharp.cache(false);

/** A decoded image: 8 bits a channel, `[height, width, channels]` row by row; grey images have one channel. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** A file that cannot be used as an image. */
export class BadImage extends UserError {
  override readonly name = "BadImage";

  /** @param reason a clause that completes "the file ..." */
  constructor(
    readonly path: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${path} ${reason}.`, "Repair, replace or remove the file.", options);
  }
}

/**
 * Decodes one image file to the pixels that Pillow's `convert("RGB")` yields: no turn by EXIF, no colour profile,
 * transparency dropped. 16 bits a channel are brought to 8. An RGB image whose channels are all equal is returned as
 * grey. A DICOM file, known by its magic word, is shown as its window says.
 * @throws BadImage with the reason
 */
export async function decodeImage(path: string): Promise<Pixels> {
  return decodeBytes(readBytes(path), path);
}

/**
 * The same for a file's bytes.
 * @param path what errors call it
 */
export async function decodeBytes(bytes: Buffer, path: string): Promise<Pixels> {
  if (bytes.length === 0) throw new BadImage(path, "is empty (0 bytes)");

  const small = await decodeSmallJpeg(bytes);
  if (small) return small;
  if (isDicom(bytes)) return dicomPixels(bytes, path);

  const image = sharp(bytes, { failOn: "error", ignoreIcc: true });
  const header = await image.metadata().catch((error: unknown) => {
    throw new BadImage(
      path,
      looksLikeText(bytes)
        ? "holds text, not an image"
        : /\.(dcm|dicom)$/i.test(path)
          ? "is no DICOM file: it lacks the word DICM behind its preamble"
          : "is no image that can be read",
      {
        cause: error,
      },
    );
  });
  if (header.space === "cmyk") throw new BadImage(path, "is a CMYK image; convert it to 8-bit grey or RGB");
  if (header.depth !== "uchar" && header.depth !== "ushort") {
    throw new BadImage(path, `has the depth "${header.depth}" a channel; convert it to 8-bit grey or RGB`);
  }

  const deep = header.depth === "ushort";
  const grey = header.space === "b-w" || header.space === "grey16";
  const { data: raw, info } = await image
    .removeAlpha()
    .toColourspace(deep ? (grey ? "grey16" : "rgb16") : grey ? "b-w" : "srgb")
    .raw({ depth: deep ? "ushort" : "uchar" })
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      const message = messageOf(error).split("\n")[0] ?? "";
      const cut = /premature|truncat|end of|unexpected eof|too short/i.test(message);
      throw new BadImage(path, cut ? "is cut short (truncated)" : `is corrupt (${message})`, {
        cause: error,
      });
    });
  const data = deep ? eightBits(raw) : raw;
  const { height, width } = info;
  const { channels } = info;
  if (channels !== 1 && channels !== 3)
    throw new BadImage(path, `has ${channels} channels in place of 1 or 3`);
  return withoutEqualChannels({ data, height, width, channels });
}

async function dicomPixels(bytes: Buffer, path: string): Promise<Pixels> {
  try {
    return withoutEqualChannels(await decodeDicom(bytes));
  } catch (error) {
    // Without a cause: nothing that was read of the file but the reason leaves the reader.
    throw error instanceof UnreadableDicom ? new BadImage(path, error.message) : error;
  }
}

/** Read at once: for these small files the way through the thread pool takes longer than the disk. */
function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new BadImage(path, `cannot be read (${messageOf(error)})`, { cause: error });
  }
}

/**
 * 16 bits a channel as 8, by the whole range: 65535 becomes 255. (Pillow, and so fastai, cuts everything above 255
 * off a grey image, which turns an X-ray white.)
 */
function eightBits(bytes: Buffer): Uint8Array {
  const values = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  return Uint8Array.from(values, (value) => Math.round(value / 257));
}

/** An RGB image without colour as grey; others as they are. */
function withoutEqualChannels(pixels: Pixels): Pixels {
  const { data, height, width, channels } = pixels;
  if (channels === 1) return pixels;
  const grey = new Uint8Array(height * width);
  for (let i = 0, k = 0; i < grey.length; i++, k += 3) {
    const value = data[k] ?? 0;
    if (data[k + 1] !== value || data[k + 2] !== value) return pixels;
    grey[i] = value;
  }
  return { data: grey, height, width, channels: 1 };
}

function looksLikeText(bytes: Buffer): boolean {
  const printable = (b: number): boolean => b === 9 || b === 10 || b === 13 || (b >= 32 && b !== 127);
  return isUtf8(bytes) && bytes.subarray(0, 512).every(printable);
}
