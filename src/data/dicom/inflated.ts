import { inflateRawSync } from "node:zlib";
import { endOfMeta } from "./endOfMeta.js";
import { deflated, explicit } from "./transferSyntax.js";
import { UnreadableDicom } from "./UnreadableDicom.js";

/** Deflated bytes may become a thousand times as many; an image of 8000 x 8000 has as many as this. */
const maxInflatedBytes = 128 * 1024 ** 2;

/** The file, or, where its data set is deflated, the same in explicit little endian. */
export function inflated(bytes: Uint8Array): Uint8Array {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = endOfMeta(file);
  const name = file.subarray(0, start).indexOf(deflated);
  if (name === -1) return bytes;
  const meta = Buffer.from(file.subarray(0, start));
  meta.fill(0, name + explicit.length, name + deflated.length);
  try {
    return Buffer.concat([meta, inflateRawSync(file.subarray(start), { maxOutputLength: maxInflatedBytes })]);
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw new UnreadableDicom(
      tooLarge
        ? `holds more than ${maxInflatedBytes / 1024 ** 2} MB once inflated`
        : "is cut short (truncated)",
    );
  }
}
