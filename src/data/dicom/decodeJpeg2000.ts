import type { Pixels } from "../images/Pixels.js";
import { tooManyPixels } from "../images/decodeLimits.js";
import { spreadBits } from "../images/spreadBits.js";
import { decodeFrame } from "./decodeFrame.js";
import { codestream, hasOtherColours, jpeg2000Frame } from "./jpeg2000Frame.js";
import { UnreadableImage } from "../images/UnreadableImage.js";

/**
 * Decodes a JPEG 2000 outside DICOM, as a file or a codestream: grey or RGB, of up to 16 bits a channel. Of 16 bits the
 * ones that are used are spread; fewer are all used.
 * @param begins told the number of pixels once the header is read
 * @throws UnreadableImage with the reason
 */
export async function decodeJpeg2000(
  bytes: Uint8Array,
  begins: (pixels: number) => void = () => undefined,
): Promise<Pixels> {
  const header = jpeg2000Frame(bytes);
  const pixels = codestream(bytes);
  if (!header || !pixels) throw new UnreadableImage("is a JPEG 2000 whose header is cut short or damaged");
  const { width, height, samples, precision, signed } = header;
  const tooMany = tooManyPixels(width, height);
  if (tooMany !== undefined) throw new UnreadableImage(tooMany, "tooLarge");
  begins(width * height);
  if (samples !== 1 && samples !== 3) {
    // The decoder knows no transparency.
    const what = samples === 2 || samples === 4 ? ", as with transparency" : "";
    throw new UnreadableImage(
      `is a JPEG 2000 of ${samples} channels${what}, which is not read; 1 and 3 are`,
      "unsupported",
    );
  }
  if (signed || precision > 16 || hasOtherColours(bytes)) {
    const what = signed
      ? "with signed values"
      : precision > 16
        ? `of ${precision} bits`
        : "neither grey nor RGB";
    throw new UnreadableImage(`is a JPEG 2000 ${what}, which is not read`, "unsupported");
  }
  const { values } = await decodeFrame({
    coding: "jpeg2000",
    pixels,
    rows: height,
    columns: width,
    samples,
    photometric: samples === 1 ? "MONOCHROME2" : "RGB",
    planar: false,
    bitsAllocated: precision > 8 ? 16 : 8,
    bitsStored: precision,
    highBit: precision - 1,
    overlayBits: 0,
    signed,
    slope: 1,
    intercept: 0,
  });
  const shape = { height, width, channels: samples } as const;
  if (precision === 16) {
    const { data, usedBits } = await spreadBits(Uint16Array.from(values));
    return { ...shape, data, ...(usedBits < 16 ? { usedBits } : {}) };
  }
  const white = 2 ** precision - 1;
  return { ...shape, data: Uint8Array.from(values, (value) => Math.round((255 * value) / white)) };
}
