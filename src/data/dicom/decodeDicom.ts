import type { Pixels } from "../images/Pixels.js";
import { type Samples, decodeFrame } from "./decodeFrame.js";
import { greyLevels } from "./greyLevels.js";
import { type DicomImage, readDicom } from "./readDicom.js";
import { UnreadableDicom } from "./UnreadableDicom.js";

/**
 * Decodes a DICOM image of one frame as it is meant to be seen: grey by its window (see `greyLevels`), colours as
 * RGB of 8 bits. It may take long: others call `decodeInThread`.
 * @param begins told the number of pixels once the header is read
 * @throws UnreadableDicom with the reason
 */
export async function decodeDicom(
  bytes: Uint8Array,
  begins: (pixels: number) => void = () => undefined,
): Promise<Pixels> {
  const image = await readDicom(bytes);
  const { photometric, samples, rows: height, columns: width } = image;
  begins(height * width);
  const isGrey = photometric === "MONOCHROME1" || photometric === "MONOCHROME2";
  if (isGrey !== (samples === 1) || (!isGrey && !isReadColour(image))) {
    throw new UnreadableDicom(
      `has the photometric interpretation ${photometric || "unknown"} with ${samples} ` +
        `${samples === 1 ? "sample" : "samples"} of ${image.bitsAllocated} bits, which is not read`,
    );
  }
  const { values: stored, bits } = await decodeFrame(image);
  if (isGrey) {
    const levels = greyLevels({ ...image, bitsStored: bits }, stored);
    return { data: shown(stored, levels), height, width, channels: 1 };
  }
  return { data: coloursOf(stored, image), height, width, channels: 3 };
}

/** The decoders of JPEG and JPEG 2000 turn the others into RGB themselves. */
function isReadColour({ photometric, coding, bitsAllocated }: DicomImage): boolean {
  if (bitsAllocated !== 8) return false;
  if (photometric === "RGB" || photometric === "YBR_FULL") return true;
  if (coding === "jpeg") return photometric === "YBR_FULL_422";
  return coding === "jpeg2000" && (photometric === "YBR_ICT" || photometric === "YBR_RCT");
}

function shown(stored: Samples, levels: Uint8Array): Uint8Array {
  const data = new Uint8Array(stored.length);
  for (let k = 0; k < data.length; k++) data[k] = levels[stored[k] ?? 0] ?? 0;
  return data;
}

function coloursOf(stored: Samples, { photometric, coding }: DicomImage): Uint8Array {
  return photometric === "YBR_FULL" && coding !== "jpeg" ? rgbOf(stored) : new Uint8Array(stored);
}

/** PS3.3, C.7.6.3.1.2: luminance and two colour differences, all of the full range. */
function rgbOf(ybr: Samples): Uint8Array {
  const rgb = new Uint8ClampedArray(ybr.length);
  for (let k = 0; k < ybr.length; k += 3) {
    const [y, b, r] = [ybr[k] ?? 0, (ybr[k + 1] ?? 0) - 128, (ybr[k + 2] ?? 0) - 128];
    // Rounded and cut off by the array itself.
    rgb[k] = y + 1.402 * r;
    rgb[k + 1] = y - 0.344136 * b - 0.714136 * r;
    rgb[k + 2] = y + 1.772 * b;
  }
  return new Uint8Array(rgb.buffer);
}
