import type { DicomImage, Samples } from "./DicomImage.js";
import { UnreadableImage } from "../images/UnreadableImage.js";
import type { FrameHeader } from "../images/jpegSegments.js";

/** The values of an image, as numbers without sign of so many bits. */
export interface StoredValues {
  readonly values: Samples;
  /** The bits stored, or all that are allocated where the padding needs more than those stored. */
  readonly bits: number;
}

/** A lossy picture may overshoot its black and white by a part of their distance, mostly far less than this. */
const mostOvershoot = 0.5;

/**
 * The stored bits of native pixels, shifted down. Bits below and above them are no part of the value (PS3.5, 8.1.1): those
 * above are unused, repeat the sign, or hold overlays, as in files before 2004, most of which do not say so. They are
 * cleared, unless the values go on into them, and the header is wrong about how many bits are stored.
 * @param values changed in place
 * @throws UnreadableImage when values are larger than the bits stored can hold
 */
export function nativeValues(values: Samples, image: DicomImage): StoredValues {
  const { bitsStored, bitsAllocated, highBit, signed, padding, overlayBits } = image;
  if (bitsStored === bitsAllocated) return { values, bits: bitsStored };
  const [from, to] = padding ?? [1, 0];
  const half = 2 ** (bitsAllocated - 1);
  const sign = 2 ** highBit;
  const above = 2 ** bitsAllocated - 2 * sign;
  const unexplained = above & ~overlayBits;
  const shift = highBit + 1 - bitsStored;
  const mask = 2 ** bitsStored - 1;
  let hasWidePadding = false;
  for (const value of values) {
    const others = value & unexplained;
    if (others === 0 || (signed && (value & sign) !== 0 && others === unexplained)) continue;
    const number = signed && value >= half ? value - 2 * half : value;
    const isPadding = number >= from && number <= to && overlayBits === 0;
    if (highBit === bitsStored - 1 && isPadding) {
      hasWidePadding = true;
      continue;
    }
    if (goesOnAbove(values, highBit)) throw tooLarge(image, value);
    hasWidePadding = false;
    break;
  }
  if (hasWidePadding) return { values: extended(values, image), bits: bitsAllocated };
  for (let k = 0; k < values.length; k++) values[k] = ((values[k] ?? 0) >> shift) & mask;
  return { values, bits: bitsStored };
}

/**
 * Whether the bits above the highest are a part of the values. Neighbours in a picture are nearly alike: cutting digits off
 * makes the steps between them larger in sum, taking something away that is drawn over them makes them smaller.
 */
function goesOnAbove(values: Samples, highBit: number): boolean {
  const mask = 2 ** (highBit + 1) - 1;
  let [whole, masked] = [0, 0];
  for (let k = 1; k < values.length; k++) {
    const [last, value] = [values[k - 1] ?? 0, values[k] ?? 0];
    whole += Math.abs(value - last);
    masked += Math.abs((value & mask) - (last & mask));
  }
  return masked > whole;
}

/** Signed values may come without their sign in the bits above those stored. */
function extended(values: Samples, { signed, bitsStored, bitsAllocated }: DicomImage): Samples {
  if (!signed) return values;
  const above = 2 ** bitsAllocated - 2 ** bitsStored;
  for (let k = 0; k < values.length; k++) {
    const value = values[k] ?? 0;
    if ((value & above) === 0 && value >= 2 ** (bitsStored - 1)) values[k] = value | above;
  }
  return values;
}

/**
 * The values of a compressed picture, which holds nothing but them. What near-lossless and lossy coding puts beyond the
 * bits stored is brought back to their ends.
 * @param values changed in place
 * @param header of the compressed picture
 * @throws UnreadableImage when values are larger than the bits stored can hold, or their sign cannot be told
 */
export function compressedValues(
  values: Samples,
  image: DicomImage,
  header: FrameHeader & { readonly signed?: boolean },
): StoredValues {
  const { bitsStored, signed, coding } = image;
  const { precision } = header;
  const count = 2 ** bitsStored;
  const mayOvershoot = coding === "jpegLs" || coding === "jpeg2000";
  const beyond = mayOvershoot ? mostOvershoot * count : 0;
  const [low, high] = signed ? [-count / 2, count / 2 - 1] : [0, count - 1];
  const half = 2 ** (precision - 1);
  const isSignUnexpected = !signed && header.signed === true;
  if (!signed && precision <= bitsStored && !isSignUnexpected) return { values, bits: bitsStored };
  for (let k = 0; k < values.length; k++) {
    const value = (values[k] ?? 0) & (2 * half - 1);
    if (signed && header.signed !== true) {
      // A JPEG has no sign, and some encoders of JPEG 2000 are told of none: the bits stored are one by themselves, or the
      // sign goes on above them.
      const isWhole = value < count ? precision >= bitsStored || value < half : value >= 2 * half - count / 2;
      if (!isWhole) throw tooLarge(image, value);
      values[k] = value % count;
      continue;
    }
    const number = signed && value >= half ? value - 2 * half : value;
    if (number < low - beyond || number > high + beyond) throw tooLarge(image, number);
    const kept = Math.min(high, Math.max(low, number));
    values[k] = kept < 0 ? kept + count : kept;
  }
  return { values, bits: bitsStored };
}

const tooLarge = ({ bitsStored, signed }: DicomImage, value: number): UnreadableImage =>
  new UnreadableImage(
    `says ${bitsStored} bits stored${signed ? ", with a sign" : ""}, and holds the value ${value}, which is not of them`,
  );
