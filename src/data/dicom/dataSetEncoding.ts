/** How the elements of a data set are written (PS3.5, chapter 7.1 and annex A). */
export type DataSetEncoding = "explicit" | "implicit" | "bigEndian";

/** Where an element begins, and the next one. */
interface ElementPlace {
  /** Group and number, as one number of 32 bits. */
  readonly tag: number;
  readonly content: number;
  readonly next: number;
}

/** The value representations (PS3.5, 6.2), and those with a length of 32 bits (7.1.2). */
const representations = /^(A[EST]|CS|D[AST]|F[DL]|IS|L[OT]|O[BDFLVW]|PN|S[HLQSTV]|TM|U[CILNRSTV])$/;
export const longRepresentations = /^(O[BDFLVW]|SQ|SV|U[CNRTV])$/;

/**
 * The element that would begin at a place.
 * @returns undefined where none fits there
 */
export function elementAt(file: Buffer, at: number, encoding: DataSetEncoding): ElementPlace | undefined {
  if (at + 8 > file.length) return undefined;
  const big = encoding === "bigEndian";
  const uint16 = (place: number): number => (big ? file.readUInt16BE(place) : file.readUInt16LE(place));
  const uint32 = (place: number): number => (big ? file.readUInt32BE(place) : file.readUInt32LE(place));
  const tag = uint16(at) * 0x10000 + uint16(at + 2);
  const ending = (content: number, length: number): ElementPlace => ({
    tag,
    content,
    next: content + length,
  });
  if (encoding === "implicit") return ending(at + 8, uint32(at + 4));
  const vr = file.toString("latin1", at + 4, at + 6);
  if (!representations.test(vr)) return undefined;
  if (!longRepresentations.test(vr)) return ending(at + 8, uint16(at + 6));
  return at + 12 > file.length ? undefined : ending(at + 12, uint32(at + 8));
}

const undefinedLength = 0xffffffff;

/** So many elements must fit behind each other. */
const looked = 4;

/** Groups of the elements that come first: what images are, whose, and how they were made; and pixels. */
const isFirstGroup = (group: number): boolean => (group >= 2 && group < 0x100) || group === 0x7fe0;

/**
 * How a data set is really written, by its first elements, whatever a header says of it.
 * @param file may be only the beginning of it
 * @returns undefined where no elements begin at this place
 */
export function dataSetEncoding(file: Buffer, at: number): DataSetEncoding | undefined {
  return (["explicit", "bigEndian", "implicit"] as const).find((encoding) => {
    let last = 0;
    let place = at;
    for (let count = 0; count < looked && (count === 0 || place + 8 <= file.length); count++) {
      const element = elementAt(file, place, encoding);
      // What follows the elements of group 2 may be written in another way.
      if (last >>> 16 === 2 && (element === undefined || element.tag >>> 16 !== 2)) return true;
      // Elements are sorted.
      if (element === undefined || element.tag <= last || !isFirstGroup(element.tag >>> 16)) return false;
      // Taken for a length, the letters of a representation or garbage are odd, or lead far away.
      const isOdd = encoding === "implicit" && (element.next - element.content) % 2 === 1;
      if (count === 0 && element.next > file.length) return false;
      if (isOdd && element.next - element.content !== undefinedLength) return false;
      ({ tag: last, next: place } = element);
    }
    return true;
  });
}
