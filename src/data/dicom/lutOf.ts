import type { DataSet } from "dicom-parser";
import { bytesOf, firstItem } from "./elements.js";
import type { Lut } from "./DicomImage.js";
import { UnreadableImage } from "../images/UnreadableImage.js";

/** The first table of a sequence; `signed` is asked where the file does not say it, in implicit syntax. */
export function lutOf(dataSet: DataSet, tag: string, signed: boolean): Lut | undefined {
  const item = firstItem(dataSet, tag);
  return item && tableOf(item, { descriptor: "x00283002", data: "x00283006" }, signed);
}

/**
 * A table by the tags of its two elements.
 * @returns undefined where one of them is missing or empty
 * @throws UnreadableImage when it has fewer entries than it says, or more
 */
export function tableOf(
  item: DataSet,
  tags: { readonly descriptor: string; readonly data: string },
  signed: boolean,
): Lut | undefined {
  const [descriptor, data] = [item.elements[tags.descriptor], item.elements[tags.data]];
  if (!descriptor || descriptor.length < 6 || !data || data.length === 0) return undefined;
  const isSigned = descriptor.vr === undefined ? signed : descriptor.vr === "SS";
  // 0 stands for 65536, which has no place in 16 bits.
  const count = item.uint16(tags.descriptor, 0) ?? 0;
  const length = count === 0 ? 65536 : count;
  const first = (isSigned ? item.int16(tags.descriptor, 1) : item.uint16(tags.descriptor, 1)) ?? 0;
  const bits = item.uint16(tags.descriptor, 2) ?? 0;
  const bytes = bytesOf(item, data);
  // Up to 8 bits an entry may be a byte, and one more byte may make their number even.
  const asBytes = bits <= 8 && bytes.length <= length + 1;
  const there = asBytes ? bytes.length : Math.floor(bytes.length / 2);
  // Values beyond the last entry get the last: of so few that are missing it is what they would be.
  const isWhole = Math.abs(there - length) <= Math.max(1, length / 100);
  if (bits < 1 || bits > 16 || there === 0 || !isWhole) {
    throw new UnreadableImage(
      `has a damaged lookup table: it says ${length} entries of ${bits} bits, and has ${there}`,
    );
  }
  const entries = new Uint16Array(Math.min(there, length));
  for (let k = 0; k < entries.length; k++) {
    entries[k] = (asBytes ? bytes[k] : item.uint16(tags.data, k)) ?? 0;
  }
  return { first, bits, entries };
}
