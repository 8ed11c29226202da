import { jpegFrame } from "../images/jpegSegments.js";
import { isJpeg2000 } from "./jpeg2000Frame.js";
import type { PixelCoding } from "./transferSyntax.js";

/** The markers that begin the header of a picture in each coding (ITU T.81, table B.1, and T.87). */
const codings: Readonly<Record<number, PixelCoding>> = {
  0xc0: "jpeg",
  0xc1: "jpeg",
  0xc2: "jpeg",
  0xc3: "jpegLossless",
  0xf7: "jpegLs",
};

/** The most segments that run-length coding has, and where the first of them begins (PS3.5, annex G). */
const mostSegments = 15;
const firstSegment = 64;

/**
 * The coding of a compressed frame by its own first bytes: some files say another one.
 * @returns undefined for what is none of those that are read
 */
export function codingIn(frame: Uint8Array): PixelCoding | undefined {
  const jpeg = jpegFrame(frame);
  if (jpeg) return codings[jpeg.marker];
  if (isJpeg2000(frame)) return "jpeg2000";
  if (frame.length < firstSegment) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const segments = view.getUint32(0, true);
  const isRle = segments >= 1 && segments <= mostSegments && view.getUint32(4, true) === firstSegment;
  return isRle ? "rle" : undefined;
}
