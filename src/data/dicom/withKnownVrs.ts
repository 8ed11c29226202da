import { endOfMeta } from "./endOfMeta.js";
import { explicit } from "./transferSyntax.js";

/** Representations with a length of 32 bits (PS3.5, 7.1.2), and those of them that dicom-parser takes for short. */
const long = /^(O[BDFLVW]|SQ|SV|U[CNRTV])$/;
const unknown = /^(OV|SV|UV)$/;

/** An item of a sequence, or an end. */
const delimiters = 0xfffe;

/**
 * A file of explicit little endian whose 64-bit integers are called bytes: dicom-parser would lose its place at them,
 * and nothing of an image's attributes is one. In other files nothing is changed.
 */
export function withKnownVrs(bytes: Uint8Array): Uint8Array {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = endOfMeta(file);
  const syntax = file.subarray(0, at).indexOf("1.2.840.10008.1.2");
  const name = syntax === -1 ? "" : file.toString("latin1", syntax, syntax + explicit.length);
  // Implicit has no representations; the compressed syntaxes are explicit.
  if (!/^1\.2\.840\.10008\.1\.2\.[1-9]/.test(name) || name.endsWith(".2.2")) return bytes;
  let changed: Buffer | undefined;
  while (at + 8 <= file.length) {
    const group = file.readUInt16LE(at);
    // The content of an item is more elements.
    if (group === delimiters) at += 8;
    else {
      const vr = file.toString("latin1", at + 4, at + 6);
      if (group === 0x7fe0 || !/^[A-Z]{2}$/.test(vr) || (long.test(vr) && at + 12 > file.length)) break;
      if (unknown.test(vr)) (changed ??= Buffer.from(file)).write("OB", at + 4, "latin1");
      if (!long.test(vr)) at += 8 + file.readUInt16LE(at + 6);
      else {
        const length = file.readUInt32LE(at + 8);
        at += 12 + (vr === "SQ" || length === 0xffffffff ? 0 : length);
      }
    }
  }
  return changed ?? bytes;
}
