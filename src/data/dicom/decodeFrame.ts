import { decodeInWasm } from "../images/decodeInWasm.js";
import { type FrameHeader, jpegFrame, jpegSegments } from "../images/jpegSegments.js";
import { decodeJpegLossless } from "./decodeJpegLossless.js";
import { decodeRle } from "./decodeRle.js";
import { jpeg2000Frame } from "./jpeg2000Frame.js";
import type { DicomImage } from "./readDicom.js";
import type { PixelCoding } from "./transferSyntax.js";
import { UnreadableDicom } from "./UnreadableDicom.js";

/** The samples of an image as numbers without sign, pixel by pixel; only the stored bits are set. */
export type Samples = Uint8Array | Uint16Array;

type Compressed = Exclude<PixelCoding, "native" | "rle">;

/** @throws UnreadableDicom when the pixel data do not make up the image */
export async function decodeFrame(image: DicomImage): Promise<Samples> {
  const { coding, pixels, samples } = image;
  const length = image.rows * image.columns;
  if (coding !== "native" && coding !== "rle") return decompressed(pixels, coding, image);

  const sampleBytes = image.bitsAllocated / 8;
  const bytes = coding === "rle" ? decodeRle(pixels, length, samples, sampleBytes) : pixels;
  const stored = samplesOf(bytes, length * samples, sampleBytes);
  keepStoredBits(stored, image, image.highBit + 1 - image.bitsStored);
  return samples === 3 && (coding === "rle" || image.planar) ? interleaved(stored, length) : stored;
}

/** The markers that begin the header of a picture in each coding (ITU T.81, table B.1, and T.87). */
const markers: Readonly<Record<Exclude<Compressed, "jpeg2000">, readonly number[]>> = {
  jpeg: [0xc0, 0xc1, 0xc2],
  jpegLossless: [0xc3],
  jpegLs: [0xf7],
};

async function decompressed(pixels: Uint8Array, coding: Compressed, image: DicomImage): Promise<Samples> {
  const header = headerOf(pixels, coding);
  // libjpeg notices itself when the end is missing; the others make it up, or look for it half a minute long.
  if (!header || (coding !== "jpeg" && !hasEnd(pixels))) throw damaged();
  requireSame(header, image);
  const bytes = await decoded(pixels, coding, header, image);
  const length = header.width * header.height * header.samples;
  const stored = samplesOf(bytes ?? new Uint8Array(), length, header.precision > 8 ? 2 : 1);
  keepStoredBits(stored, image, 0);
  return stored;
}

function headerOf(pixels: Uint8Array, coding: Compressed): FrameHeader | undefined {
  if (coding === "jpeg2000") return jpeg2000Frame(pixels);
  const frame = jpegFrame(pixels);
  return frame && markers[coding].includes(frame.marker) ? frame : undefined;
}

async function decoded(
  pixels: Uint8Array,
  coding: Compressed,
  header: FrameHeader,
  { photometric, samples }: DicomImage,
): Promise<Uint8Array | undefined> {
  switch (coding) {
    case "jpegLossless":
      return decodeJpegLossless(pixels, header);
    case "jpegLs":
      if (samples === 3) throw new UnreadableDicom("is a JPEG-LS image in colour, which is not read");
      return decodeInWasm(coding, pixels, header);
    case "jpeg":
      return decodeInWasm(coding, photometric === "RGB" ? withColours(pixels) : pixels, header);
    case "jpeg2000":
      return decodeInWasm(coding, pixels, header);
  }
}

/** Before anything is decoded: a few bytes may say that they are gigabytes. */
function requireSame({ width, height, samples, precision }: FrameHeader, image: DicomImage): void {
  if (width !== image.columns || height !== image.rows || samples !== image.samples) {
    throw new UnreadableDicom(
      `says ${image.columns} x ${image.rows} pixels of ${image.samples} samples, and its compressed image has ` +
        `${width} x ${height} of ${samples}`,
    );
  }
  if (precision > image.bitsAllocated) {
    throw new UnreadableDicom(
      `says ${image.bitsAllocated} bits a sample, and its compressed image has ${precision}`,
    );
  }
}

function samplesOf(bytes: Uint8Array, length: number, sampleBytes: number): Samples {
  if (bytes.length < length * sampleBytes) throw damaged();
  // A copy, for it must begin at an even address; a Buffer's own slice is none.
  const own = new Uint8Array(bytes.subarray(0, length * sampleBytes));
  return sampleBytes === 1 ? own : new Uint16Array(own.buffer);
}

/** "Adobe", version 100, no flags, colours as they are: what a decoder believes more than its own guess. */
const adobe = Buffer.from("ffee000e41646f626500640000000000", "hex");

/** A JPEG that is said to hold RGB, and does not say so itself, would be taken for YCbCr. */
function withColours(jpeg: Uint8Array): Uint8Array {
  return saysColours(jpeg) ? jpeg : Buffer.concat([jpeg.subarray(0, 2), adobe, jpeg.subarray(2)]);
}

/** Whether a marker of JFIF or Adobe comes before the picture. */
function saysColours(jpeg: Uint8Array): boolean {
  for (const { marker, content } of jpegSegments(jpeg)) {
    const name = content.toString("latin1", 0, 5);
    if ((marker === 0xe0 && name === "JFIF\0") || (marker === 0xee && name === "Adobe")) return true;
    if (marker === 0xda) return false;
  }
  return false;
}

/** Whether the marker that ends a JPEG or JPEG 2000 stands at the end, or before a few bytes of padding. */
function hasEnd(bytes: Uint8Array): boolean {
  const end = bytes.subarray(-16);
  return end.some((byte, k) => byte === 0xff && end[k + 1] === 0xd9);
}

/** Shifts the stored bits down, and clears the others: old files keep overlays there. */
function keepStoredBits(values: Samples, { bitsStored, bitsAllocated }: DicomImage, shift: number): void {
  if (bitsStored === bitsAllocated) return;
  const mask = 2 ** bitsStored - 1;
  for (let k = 0; k < values.length; k++) values[k] = ((values[k] ?? 0) >> shift) & mask;
}

function interleaved(planes: Samples, length: number): Samples {
  const pixels = new Uint8Array(planes.length);
  for (let k = 0, at = 0; k < length; k++) {
    for (let plane = 0; plane < 3; plane++) pixels[at++] = planes[plane * length + k] ?? 0;
  }
  return pixels;
}

const damaged = (): UnreadableDicom => new UnreadableDicom("has pixel data that are cut short or damaged");
