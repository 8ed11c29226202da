import { decodeInWasm } from "../images/decodeInWasm.js";
import { type FrameHeader, jpegFrame, jpegSegments } from "../images/jpegSegments.js";
import { codingIn } from "./codingIn.js";
import { decodeJpegLossless } from "./decodeJpegLossless.js";
import { decodeRle } from "./decodeRle.js";
import { type Jpeg2000Frame, jpeg2000Frame } from "./jpeg2000Frame.js";
import type { DicomImage, Samples } from "./DicomImage.js";
import type { PixelCoding } from "./transferSyntax.js";
import { type StoredValues, compressedValues, nativeValues } from "./storedValues.js";
import { UnreadableImage } from "../images/UnreadableImage.js";
import { isSubsampled, withOwnColours } from "./ybr.js";

type Compressed = Exclude<PixelCoding, "native" | "rle">;

/** @throws UnreadableImage when the pixel data do not make up the image */
export async function decodeFrame(image: DicomImage): Promise<StoredValues> {
  const { coding, pixels, samples } = image;
  const length = image.rows * image.columns;
  if (coding !== "native" && coding !== "rle") return decompressed(pixels, coding, image);

  const sampleBytes = image.bitsAllocated / 8;
  const bytes = coding === "rle" ? decodeRle(pixels, length, samples, sampleBytes) : pixels;
  const isInPairs = coding === "native" && isSubsampled(image.photometric, samples);
  const stored = nativeValues(samplesOf(bytes, length * (isInPairs ? 2 : samples), sampleBytes), image);
  if (isInPairs) return { ...stored, values: withOwnColours(stored.values) };
  return samples === 3 && (coding === "rle" || image.planar)
    ? { ...stored, values: interleaved(stored.values) }
    : stored;
}

async function decompressed(
  pixels: Uint8Array,
  coding: Compressed,
  image: DicomImage,
): Promise<StoredValues> {
  const header = headerOf(pixels, coding);
  // Without an end the decoders make it up, or look for it half a minute long.
  if (!header || !isOnePicture(pixels, coding)) throw damaged();
  requireSame(header, image);
  const bytes = await decoded(pixels, coding, header, image);
  const length = header.width * header.height * header.samples;
  const values = samplesOf(bytes ?? new Uint8Array(), length, header.precision > 8 ? 2 : 1);
  const isPlanar = coding === "jpegLs" && header.samples === 3 && interleaveMode(pixels) === 0;
  return compressedValues(isPlanar ? interleaved(values) : values, image, header);
}

function headerOf(pixels: Uint8Array, coding: Compressed): FrameHeader | Jpeg2000Frame | undefined {
  if (coding === "jpeg2000") return jpeg2000Frame(pixels);
  const frame = jpegFrame(pixels);
  if (frame && codingIn(pixels) !== coding) {
    throw new UnreadableImage(
      `holds a JPEG by a process that is not read (its marker is ${frame.marker.toString(16).toUpperCase()})`,
      "unsupported",
    );
  }
  return frame;
}

async function decoded(
  pixels: Uint8Array,
  coding: Compressed,
  header: FrameHeader,
  { photometric }: DicomImage,
): Promise<Uint8Array | undefined> {
  switch (coding) {
    case "jpegLossless":
      return decodeJpegLossless(pixels, header);
    case "jpeg":
      return decodeInWasm(coding, photometric === "RGB" ? withColours(pixels) : pixels, header);
    case "jpegLs":
    case "jpeg2000":
      return decodeInWasm(coding, pixels, header);
  }
}

/** Before anything is decoded: a few bytes may say that they are gigabytes. */
function requireSame(header: FrameHeader | Jpeg2000Frame, image: DicomImage): void {
  const { width, height, samples, precision } = header;
  if (width !== image.columns || height !== image.rows || samples !== image.samples) {
    throw new UnreadableImage(
      `says ${image.columns} x ${image.rows} pixels of ${image.samples} samples, and its compressed image has ` +
        `${width} x ${height} of ${samples}`,
    );
  }
  if (image.coding === "jpeg" && precision > 8) {
    throw new UnreadableImage(
      `holds a lossy JPEG of ${precision} bits a sample, which is not read`,
      "unsupported",
    );
  }
  // A lossy picture of 8 bits has lost what a window of more bits would show.
  const isTooShallow = image.coding === "jpeg" && precision < image.bitsStored;
  if (precision > image.bitsAllocated || isTooShallow) {
    throw new UnreadableImage(
      `says ${isTooShallow ? image.bitsStored : image.bitsAllocated} bits a sample, and its compressed image has ` +
        `${precision}`,
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

/** A shorter one, without what it says of the colours, is passed over by decoders. */
const adobeBytes = 12;

/** A JPEG that is said to hold RGB, and does not say so itself, would be taken for YCbCr. */
function withColours(jpeg: Uint8Array): Uint8Array {
  return saysColours(jpeg) ? jpeg : Buffer.concat([jpeg.subarray(0, 2), adobe, jpeg.subarray(2)]);
}

/** Whether a marker of JFIF or Adobe comes before the picture. */
function saysColours(jpeg: Uint8Array): boolean {
  for (const { marker, content } of jpegSegments(jpeg)) {
    const name = content.toString("latin1", 0, 5);
    const isAdobe = marker === 0xee && name === "Adobe" && content.length >= adobeBytes;
    if ((marker === 0xe0 && name === "JFIF\0") || isAdobe) return true;
    if (marker === 0xda) return false;
  }
  return false;
}

/** So many bytes behind a picture's end are padding. */
const mostPadding = 16;

/**
 * Whether there is one picture, and it is ended: its codes never hold the marker of an end (ITU T.81, B.1.1.5; T.87,
 * annex A; T.800, annex A).
 * @throws UnreadableImage when there is more than one picture
 */
function isOnePicture(pixels: Uint8Array, coding: Compressed): boolean {
  const bytes = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const from = coding === "jpeg2000" ? bytes.indexOf(startOfTile) : startOfScan(bytes);
  const end = from === -1 ? -1 : bytes.indexOf(endOfPicture, from);
  if (end === -1) return false;
  const rest = bytes.subarray(end + 2);
  if (rest.length > mostPadding && rest.some((byte) => byte !== 0)) {
    throw new UnreadableImage(
      "holds more than one picture, or other data behind it, where it says one frame",
    );
  }
  return true;
}

const startOfTile = Buffer.of(0xff, 0x90);
const endOfPicture = Buffer.of(0xff, 0xd9);

function startOfScan(jpeg: Buffer): number {
  for (const { marker, content } of jpegSegments(jpeg)) {
    if (marker === 0xda) return content.byteOffset - jpeg.byteOffset;
  }
  return -1;
}

/** Samples colour by colour as pixel by pixel. */
function interleaved(planes: Samples): Samples {
  const length = planes.length / 3;
  const pixels = planes.slice();
  for (let k = 0, at = 0; k < length; k++) {
    for (let plane = 0; plane < 3; plane++) pixels[at++] = planes[plane * length + k] ?? 0;
  }
  return pixels;
}

/** How the colours of a JPEG-LS image follow each other: 0 where each has a scan of its own (ITU T.87, C.2.3). */
function interleaveMode(jpegLs: Uint8Array): number | undefined {
  for (const { marker, content } of jpegSegments(jpegLs)) {
    // Behind the scan's components, two bytes each, and how much may be lost.
    if (marker === 0xda) return content[2 + 2 * (content[0] ?? 0)];
  }
  return undefined;
}

const damaged = (): UnreadableImage => new UnreadableImage("has pixel data that are cut short or damaged");
