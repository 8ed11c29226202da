import { decodeInWasm, type WasmImage } from "../decodeInWasm.js";
import { jpegSegments } from "../jpegSegments.js";
import { decodeRle } from "./decodeRle.js";
import type { DicomImage } from "./readDicom.js";
import { UnreadableDicom } from "./UnreadableDicom.js";

/** The samples of an image as numbers without sign, pixel by pixel; only the stored bits are set. */
export type Samples = Uint8Array | Uint16Array;

/** @throws UnreadableDicom when the pixel data do not make up the image */
export async function decodeFrame(image: DicomImage): Promise<Samples> {
  const { bitsAllocated, samples, coding } = image;
  const length = image.rows * image.columns;
  const sampleBytes = bitsAllocated / 8;
  const bytes = await uncompressed(image);
  if (bytes === undefined || bytes.length < length * samples * sampleBytes) {
    throw new UnreadableDicom("has pixel data that are cut short or damaged");
  }
  // A copy, for it must begin at an even address; a Buffer's own slice is none.
  const own = new Uint8Array(bytes.subarray(0, length * samples * sampleBytes));
  const stored = sampleBytes === 1 ? own : new Uint16Array(own.buffer);
  const isNative = coding === "native" || coding === "rle";
  const aligned = withoutOtherBits(stored, image, isNative ? image.highBit + 1 - image.bitsStored : 0);
  const planar = samples === 3 && (coding === "rle" || (coding === "native" && image.planar));
  return planar ? interleaved(aligned, length) : aligned;
}

async function uncompressed(image: DicomImage): Promise<Uint8Array | undefined> {
  const { coding, pixels, samples, bitsAllocated } = image;
  const sampleBytes = bitsAllocated / 8;
  // These two decoders make up what is missing.
  if ((coding === "jpegLossless" || coding === "jpeg2000") && !hasEnd(pixels)) return undefined;
  switch (coding) {
    case "native":
      return pixels;
    case "rle":
      return decodeRle(pixels, image.rows * image.columns, samples, sampleBytes);
    case "jpegLossless":
      return ofSameSize(decodeJpegLossless(pixels, sampleBytes), image);
    case "jpegLs":
      if (samples === 3) throw new UnreadableDicom("is a JPEG-LS image in colour, which is not read");
      return ofSameSize(await decodeInWasm(coding, pixels), image);
    case "jpeg": {
      const jpeg = image.photometric === "RGB" ? withColours(pixels) : pixels;
      return ofSameSize(await decodeInWasm(coding, jpeg), image);
    }
    case "jpeg2000":
      return ofSameSize(await decodeInWasm(coding, pixels), image);
  }
}

/** The samples, when the compressed image is the one that the file describes. */
function ofSameSize(decoded: WasmImage | undefined, image: DicomImage): Uint8Array | undefined {
  if (!decoded) return undefined;
  const { width, height, samples } = decoded;
  if (width === image.columns && height === image.rows && samples === image.samples) return decoded.data;
  throw new UnreadableDicom(
    `says ${image.columns} x ${image.rows} pixels of ${image.samples} samples, and its compressed image has ` +
      `${width} x ${height} of ${samples}`,
  );
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

interface LosslessModule {
  readonly lossless: { readonly Decoder: new () => LosslessDecoder };
}

interface LosslessDecoder {
  readonly xDim: number;
  readonly yDim: number;
  readonly numComp: number;
  decode(buffer: ArrayBuffer, offset: number, length: number, sampleBytes: number): Samples;
}

function decodeJpegLossless(bytes: Uint8Array, sampleBytes: number): WasmImage | undefined {
  // Without type declarations of its own; loaded with the first such image.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { lossless } = require("jpeg-lossless-decoder-js") as LosslessModule;
  try {
    const own = new Uint8Array(bytes);
    const decoder = new lossless.Decoder();
    const decoded = decoder.decode(own.buffer, 0, own.length, sampleBytes);
    const data = new Uint8Array(decoded.buffer, decoded.byteOffset, decoded.byteLength);
    return { data, width: decoder.xDim, height: decoder.yDim, samples: decoder.numComp };
  } catch {
    return undefined;
  }
}

/** Shifts the stored bits down, and clears the others: old files keep overlays there. */
function withoutOtherBits(
  values: Samples,
  { bitsStored, bitsAllocated }: DicomImage,
  shift: number,
): Samples {
  if (bitsStored === bitsAllocated) return values;
  const mask = 2 ** bitsStored - 1;
  return values.map((value) => (value >> shift) & mask);
}

function interleaved(planes: Samples, length: number): Samples {
  return planes.map((_, k) => planes[(k % 3) * length + Math.floor(k / 3)] ?? 0);
}
