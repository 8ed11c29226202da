import sharp from "sharp";
import { messageOf } from "../../core/errors.js";
import { BadImage } from "./BadImage.js";
import type { Pixels } from "./Pixels.js";
import { maxPixels, secondsFor, tooManyPixels } from "./decodeLimits.js";
import type { ImageKind } from "./imageKind.js";

import { framesOfPng, picturesOfMpo } from "./picturesOf.js";
import { hasUnknownSample, isMinIsWhite } from "./tiffTag.js";
import { spreadBits } from "./spreadBits.js";
import { withoutPngText } from "./withoutPngText.js";

// One image a thread at a time: the worker threads are the parallelism, and no image is opened twice.
sharp.concurrency(1);
sharp.cache(false);

/** Passes over a progressive JPEG's pixels, all together: some hundred bytes of codes may ask for one more. */
const maxPasses = 2e9;

/** And so many an encoder may make of an image of any size. */
const usualScans = 16;

/**
 * Decodes a JPEG, PNG, TIFF, WebP or GIF of one picture with sharp, which works outside this thread.
 * @param kind by its content
 * @param path what errors call it
 * @param autoOrient turn it by EXIF's orientation
 * @throws BadImage with the reason
 */
export async function decodeWithSharp(
  bytes: Buffer,
  kind: ImageKind,
  path: string,
  autoOrient: boolean,
): Promise<Pixels> {
  const pictures = kind === "png" ? framesOfPng(bytes) : kind === "jpeg" ? picturesOfMpo(bytes) : 1;
  if (pictures > 1) throw severalPictures(pictures, path);
  const file = kind === "png" ? withoutPngText(bytes) : bytes;
  // Of codes that end before their picture does, libjpeg only warns. libvips does not look at the warnings of the last rows:
  // a large JPEG with codes missing or left over there is not told from a whole one.
  const options = { failOn: kind === "jpeg" ? "warning" : "error", ignoreIcc: true } as const;
  const header = await sharp(file, { ...options, limitInputPixels: false })
    .metadata()
    .catch((cause: unknown) => {
      throw new BadImage(path, "is no image that can be read", "unreadable", { cause });
    });
  await requireReadable(file, kind, header, path);

  const deep = header.depth === "ushort";
  const grey = header.space === "b-w" || header.space === "grey16";
  const { data: raw, info } = await sharp(file, { ...options, autoOrient, limitInputPixels: maxPixels })
    .timeout({ seconds: Math.ceil(secondsFor(header.width * header.height)) })
    .removeAlpha()
    .toColourspace(deep ? (grey ? "grey16" : "rgb16") : grey ? "b-w" : "srgb")
    .raw({ depth: deep ? "ushort" : "uchar" })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw badPixels(messageOf(cause).split("\n")[0] ?? "", path, cause);
    });
  const { height, width, channels } = info;
  if (channels !== 1 && channels !== 3)
    throw new BadImage(path, `has ${channels} channels in place of 1 or 3`);
  if (!deep) return { data: raw, height, width, channels };
  const values = new Uint16Array(raw.buffer, raw.byteOffset, raw.length / 2);
  const { data, usedBits } = await spreadBits(values, kind === "tiff" && grey && isMinIsWhite(file));
  return { data, height, width, channels, ...(usedBits < 16 ? { usedBits } : {}) };
}

async function requireReadable(
  file: Buffer,
  kind: ImageKind,
  { width, height, space, depth, format, pages = 1 }: sharp.Metadata,
  path: string,
): Promise<void> {
  if (format !== kind) throw new BadImage(path, "is no image that can be read");
  const tooMany = tooManyPixels(width, height);
  if (tooMany !== undefined) throw new BadImage(path, tooMany, "tooLarge");
  if (space === "cmyk") throw new BadImage(path, "is a CMYK image, which is not read", "unsupported");
  if (depth !== "uchar" && depth !== "ushort") {
    throw new BadImage(path, `has the depth "${depth}" a channel, which is not read`, "unsupported");
  }
  if (pages > 1 && (kind !== "tiff" || (await isStack(file, pages, width, height)))) {
    throw severalPictures(pages, path);
  }
  if (kind === "tiff" && hasUnknownSample(file)) {
    throw new BadImage(path, "has two channels, and does not say that the second is transparency");
  }
  const scans = kind === "jpeg" ? countScans(file) : 1;
  if (scans > usualScans && scans * width * height > maxPasses) {
    throw new BadImage(path, `is a JPEG of ${scans} scans, more than any encoder makes of one`, "tooLarge");
  }
}

const severalPictures = (count: number, path: string): BadImage =>
  new BadImage(path, `holds ${count} pictures; save the one to use as a file of its own`, "unsupported");

/** More pages than smaller copies of a picture come in. */
const mostCopies = 32;

/** Whether the other pages of a TIFF are pictures of their own, and not the first one again, smaller and smaller. */
async function isStack(tiff: Buffer, pages: number, width: number, height: number): Promise<boolean> {
  if (pages > mostCopies) return true;
  let last = width * height;
  for (let page = 1; page < pages; page++) {
    const other = await sharp(tiff, { page, limitInputPixels: false })
      .metadata()
      .catch(() => undefined);
    if (other === undefined || other.width * other.height > last / 3) return true;
    // A side may be rounded up or down at each halving.
    if (Math.abs(other.width - (other.height * width) / height) > 2 * Math.max(1, width / height))
      return true;
    last = other.width * other.height;
  }
  return false;
}

/** The markers that begin a scan: a picture's codes never hold one. */
function countScans(jpeg: Buffer): number {
  const marker = Buffer.of(0xff, 0xda);
  let count = 0;
  for (let at = jpeg.indexOf(marker); at !== -1; at = jpeg.indexOf(marker, at + 2)) count++;
  return count;
}

function badPixels(message: string, path: string, cause: unknown): BadImage {
  if (/^timeout/i.test(message)) return new BadImage(path, "takes too long to decode", "timeout", { cause });
  const bits = /unsupported jpeg data precision (\d+)/i.exec(message)?.[1];
  if (bits !== undefined) {
    return new BadImage(path, `is a JPEG of ${bits} bits, which is not read`, "unsupported", { cause });
  }
  const cut = /premature|truncat|end of|unexpected eof|too short/i.test(message);
  const reason = cut ? "is cut short (truncated)" : `is corrupt (${message})`;
  return new BadImage(path, reason, "unreadable", { cause });
}
