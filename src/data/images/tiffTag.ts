/**
 * The first value of a tag of the first image in a TIFF, where it is a number of 16 bits.
 * @param tiff a file that begins as a TIFF does, or as a BigTIFF
 * @returns undefined where there is no such tag
 */
export function tiffTag(tiff: Buffer, tag: number): number | undefined {
  const little = tiff[0] === 0x49;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const isBig = view.getUint16(2, little) === 43;
  const whole = (at: number): number =>
    isBig ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
  const entryBytes = isBig ? 20 : 12;
  try {
    const directory = whole(isBig ? 8 : 4);
    const entries = isBig ? whole(directory) : view.getUint16(directory, little);
    const first = directory + (isBig ? 8 : 2);
    for (let at = first; at < first + entries * entryBytes; at += entryBytes) {
      if (view.getUint16(at, little) === tag) return view.getUint16(at + (isBig ? 12 : 8), little);
    }
  } catch (error) {
    // A place outside the file: its decoder finds its own words for that.
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}

/** Whether a TIFF stores 0 for white (TIFF 6.0, PhotometricInterpretation), as scanned films do. */
export const isMinIsWhite = (tiff: Buffer): boolean => tiffTag(tiff, 262) === 0;

/** Whether a TIFF has a second channel beside grey that it does not call transparency (TIFF 6.0, ExtraSamples). */
export const hasUnknownSample = (tiff: Buffer): boolean =>
  tiffTag(tiff, 277) === 2 && (tiffTag(tiff, 338) ?? 0) === 0;
