import type { DataSet } from "dicom-parser";
import { lookUp, valueOf } from "./greyLevels.js";
import { tableOf } from "./lutOf.js";
import type { Lut, Palette, Samples } from "./DicomImage.js";
import { UnreadableImage } from "../images/UnreadableImage.js";

/**
 * The colours that stored values stand for (PS3.3, C.7.6.3.1.5 and C.7.6.3.1.6).
 * @param signed whether the stored values are
 * @throws UnreadableImage when there are none, or they are damaged or written in segments
 */
export function paletteOf(dataSet: DataSet, signed: boolean): Palette {
  const table = (descriptor: string, data: string): Lut => {
    const found = tableOf(dataSet, { descriptor, data }, signed);
    if (found) return found;
    const isSegmented = dataSet.elements.x00281221 !== undefined;
    throw new UnreadableImage(
      isSegmented
        ? "has a palette of colours in segments, which is not read"
        : "lacks its palette of colours",
    );
  };
  return [table("x00281101", "x00281201"), table("x00281102", "x00281202"), table("x00281103", "x00281203")];
}

/**
 * The colours of stored values, of 8 bits. Tables that say 16 bits and hold none above 255 are of 8.
 * @param bits of a stored value
 */
export function coloursOf(
  stored: Samples,
  palette: Palette,
  { bits, signed }: { readonly bits: number; readonly signed: boolean },
): Uint8Array {
  const isDeep = palette.some((table) => table.entries.some((entry) => entry > 255));
  const white = isDeep ? 2 ** Math.max(...palette.map((table) => table.bits)) - 1 : 255;
  const colours = new Uint8ClampedArray(3 * 2 ** bits);
  for (let code = 0; code < 2 ** bits; code++) {
    const value = valueOf(code, { bitsStored: bits, signed });
    // Rounded and cut off by the array itself.
    palette.forEach((table, k) => (colours[3 * code + k] = (255 * lookUp(table, value)) / white));
  }
  const data = new Uint8Array(3 * stored.length);
  for (let k = 0; k < stored.length; k++) {
    const at = 3 * (stored[k] ?? 0);
    for (let colour = 0; colour < 3; colour++) data[3 * k + colour] = colours[at + colour] ?? 0;
  }
  return data;
}
