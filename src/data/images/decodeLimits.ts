/** More pixels than any X-ray has: a small file may unpack to gigabytes. */
export const maxPixels = 64e6;

/** Bytes of a file: three channels of 16 bits of so many pixels, and a header. */
export const maxBytes = 400e6;

/**
 * The seconds that decoding an image may take: a server has to answer within ten. X-rays take a third of them, and
 * mostly less; what needs more is damaged, or made to.
 */
export const secondsFor = (pixels: number): number => Math.min(9, 1.5 + pixels / 2e6);

/** Why an image with too many pixels is refused, as a clause; undefined for one that has not too many. */
export const tooManyPixels = (width: number, height: number): string | undefined =>
  width * height <= maxPixels
    ? undefined
    : `has ${width} x ${height} pixels, which is more than the ${maxPixels / 1e6} million that are read`;
