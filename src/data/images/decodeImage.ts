import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { messageOf } from "../../core/errors.js";
import { BadImage } from "./BadImage.js";
import { maxBytes } from "./decodeLimits.js";
import { decodeSmallJpeg } from "./decodeSmallJpeg.js";
import { decodeWithSharp } from "./decodeWithSharp.js";
import { exifOrientation } from "./exifOrientation.js";
import { decodeInThread, threadKinds } from "./decodeInThread.js";
import { UnreadableImage } from "./UnreadableImage.js";
import { imageKind, isArchive, isReadKind, kindName, readKindNames } from "./imageKind.js";
import type { Pixels } from "./Pixels.js";

/**
 * Decodes one image file to the pixels that Pillow's `convert("RGB")` yields: not turned by EXIF where nobody asks for it,
 * no colour profile, transparency dropped. 16 bits a channel are brought to 8 (see `spreadBits`). An RGB image whose channels are all
 * equal is returned as grey. A DICOM file is shown as its window says.
 *
 * Every image passes here, for training, prediction and the server alike. What a file is, its content says. The
 * limits of `decodeLimits.ts` hold for all.
 * @throws BadImage with the reason, and its `kind`
 */
export async function decodeImage(path: string, options: DecodeOptions = {}): Promise<Pixels> {
  return decodeBytes(readBytes(path), path, options);
}

/** What may be asked for beside the pixels as they are stored. */
export interface DecodeOptions {
  /** As of `Resizing`. */
  readonly applyExifOrientation?: boolean;
}

/**
 * The same for a file's bytes.
 * @param path what errors call it
 */
export async function decodeBytes(
  bytes: Buffer,
  path: string,
  { applyExifOrientation = false }: DecodeOptions = {},
): Promise<Pixels> {
  if (bytes.length === 0) throw new BadImage(path, "is empty (0 bytes)");
  requireBytes(bytes.length, path);
  const kind = imageKind(bytes);
  if (kind === undefined) throw new BadImage(path, whatElse(bytes, path));
  if (!isReadKind(kind)) {
    const reason = `is of the kind ${kindName(kind)}, which is not read; ${readKindNames} are`;
    throw new BadImage(path, reason, isArchive(kind) ? "unreadable" : "unsupported");
  }
  const saysTurn = (await exifOrientation(bytes, kind)) !== 1;
  const autoOrient = saysTurn && applyExifOrientation;
  const remarks = saysTurn ? { saysTurn } : {};
  const small = kind === "jpeg" ? await decodeSmallJpeg(bytes) : undefined;
  if (small !== undefined && small !== "damaged" && !autoOrient) return { ...small, ...remarks };
  const inThread = threadKinds.has(kind);
  const pixels = await (inThread
    ? pixelsFromThread(bytes, path)
    : decodeWithSharp(bytes, kind, path, autoOrient));
  // It mostly has its own words for that, but misses the last rows.
  if (small === "damaged") throw new BadImage(path, "is corrupt (its codes do not make up its picture)");
  return { ...withoutEqualChannels(pixels), ...remarks };
}

async function pixelsFromThread(bytes: Buffer, path: string): Promise<Pixels> {
  try {
    return await decodeInThread(bytes);
  } catch (error) {
    // Without a cause: nothing that was read of the file but the reason leaves the reader.
    throw error instanceof UnreadableImage ? new BadImage(path, error.message, error.kind) : error;
  }
}

/** Read at once: for these small files the way through the thread pool takes longer than the disk. */
function readBytes(path: string): Buffer {
  try {
    const state = statSync(path);
    // Reading a pipe would wait for whoever writes it.
    if (!state.isFile()) throw new BadImage(path, "is no file");
    requireBytes(state.size, path);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof BadImage) throw error;
    throw new BadImage(path, `cannot be read (${messageOf(error)})`, "unreadable", { cause: error });
  }
}

function requireBytes(bytes: number, path: string): void {
  if (bytes <= maxBytes) return;
  const [has, most] = [bytes, maxBytes].map((count) => Math.ceil(count / 1e6));
  throw new BadImage(
    path,
    `has ${has ?? 0} MB, which is more than the ${most ?? 0} MB that are read`,
    "tooLarge",
  );
}

function whatElse(bytes: Buffer, path: string): string {
  if (looksLikeText(bytes)) return "holds text, not an image";
  if (/\.(dcm|dicom)$/i.test(path)) {
    return "is no DICOM file: it lacks the word DICM behind its preamble, and does not begin with elements of one";
  }
  return `is no image of a kind that is read: ${readKindNames} are`;
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
  return { ...pixels, data: grey, channels: 1 };
}

function looksLikeText(bytes: Buffer): boolean {
  const printable = (b: number): boolean => b === 9 || b === 10 || b === 13 || (b >= 32 && b !== 127);
  return isUtf8(bytes) && bytes.subarray(0, 512).every(printable);
}
