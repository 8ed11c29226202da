import { longRepresentations } from "./dataSetEncoding.js";

/** Those that dicom-parser takes for representations with a length of 16 bits. */
const unknown = /^(OV|SV|UV)$/;

/** An item of a sequence, or an end. */
const delimiters = 0xfffe;

/**
 * A file of explicit little endian whose 64-bit integers are called bytes: dicom-parser would lose its place at them,
 * and nothing of an image's attributes is one.
 * @param at where its data set begins
 */
export function withKnownVrs(file: Buffer, at: number): Buffer {
  let changed: Buffer | undefined;
  while (at + 8 <= file.length) {
    const group = file.readUInt16LE(at);
    // The content of an item is more elements.
    if (group === delimiters) at += 8;
    else {
      const vr = file.toString("latin1", at + 4, at + 6);
      const isLong = longRepresentations.test(vr);
      if (group === 0x7fe0 || !/^[A-Z]{2}$/.test(vr) || (isLong && at + 12 > file.length)) break;
      if (unknown.test(vr)) (changed ??= Buffer.from(file)).write("OB", at + 4, "latin1");
      if (!isLong) at += 8 + file.readUInt16LE(at + 6);
      else {
        const length = file.readUInt32LE(at + 8);
        at += 12 + (vr === "SQ" || length === 0xffffffff ? 0 : length);
      }
    }
  }
  return changed ?? file;
}
