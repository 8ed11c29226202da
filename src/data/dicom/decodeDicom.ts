import type { Pixels } from "../images/Pixels.js";
import { decodeFrame } from "./decodeFrame.js";
import type { DicomImage, Samples } from "./DicomImage.js";
import { greyLevels } from "./greyLevels.js";
import { coloursOf } from "./palette.js";
import { readDicom } from "./readDicom.js";
import { UnreadableImage } from "../images/UnreadableImage.js";
import { rgbOf } from "./ybr.js";

/**
 * Decodes a DICOM image of one frame as it is meant to be seen: grey by its window (see `greyLevels`), colours as
 * RGB of 8 bits. It may take long: others call `decodeInThread`.
 * @param begins told the number of pixels once the header is read
 * @throws UnreadableImage with the reason
 */
export async function decodeDicom(
  bytes: Uint8Array,
  begins: (pixels: number) => void = () => undefined,
): Promise<Pixels> {
  const image = await readDicom(bytes);
  const { photometric, samples, rows: height, columns: width, palette } = image;
  begins(height * width);
  const isGrey = photometric === "MONOCHROME1" || photometric === "MONOCHROME2";
  const isOneSample = isGrey || palette !== undefined;
  if (isOneSample !== (samples === 1) || (!isOneSample && !isReadColour(image))) {
    throw new UnreadableImage(
      `has the photometric interpretation ${photometric || "unknown"} with ${samples} ` +
        `${samples === 1 ? "sample" : "samples"} of ${image.bitsAllocated} bits, which is not read`,
      "unsupported",
    );
  }
  const { values: stored, bits } = await decodeFrame(image);
  if (isGrey) {
    const levels = greyLevels({ ...image, bitsStored: bits }, stored);
    return { data: shown(stored, levels), height, width, channels: 1 };
  }
  const data = palette
    ? coloursOf(stored, palette, { ...image, bits })
    : rgb(inEightBits(stored, bits), image);
  return { data, height, width, channels: 3 };
}

/** The decoders of JPEG and JPEG 2000 turn the others into RGB themselves. */
function isReadColour({ photometric, coding }: DicomImage): boolean {
  if (photometric === "RGB" || photometric === "YBR_FULL") return true;
  if (photometric === "YBR_FULL_422") return coding === "jpeg" || coding === "native";
  return coding === "jpeg2000" && (photometric === "YBR_ICT" || photometric === "YBR_RCT");
}

function shown(stored: Samples, levels: Uint8Array): Uint8Array {
  const data = new Uint8Array(stored.length);
  for (let k = 0; k < data.length; k++) data[k] = levels[stored[k] ?? 0] ?? 0;
  return data;
}

function inEightBits(values: Samples, bits: number): Uint8Array {
  if (bits === 8) return new Uint8Array(values);
  const white = 2 ** bits - 1;
  return Uint8Array.from(values, (value) => Math.round((255 * value) / white));
}

const rgb = (colours: Uint8Array, { photometric, coding }: DicomImage): Uint8Array =>
  photometric.startsWith("YBR_FULL") && coding !== "jpeg" ? rgbOf(colours) : colours;
