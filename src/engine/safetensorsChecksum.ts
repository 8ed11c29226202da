import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * The safetensors format has no checksum, and a flipped bit in an array is another weight. Files of this program hold
 * a SHA-256 over all their bytes in their metadata; zeros stand in its place while it is computed. A second entry says
 * whose file it is: when damage hits the name of one of the two, the other is still there.
 */
export const checksumKey = "xraySha256";
export const writerKey = "xrayWriter";
const writer = "xray-notebook";
const blank = "0".repeat(64);

/** Bytes that are hashed before others get their turn. */
const hashedAtOnce = 1 << 24;

/**
 * The bytes of a file with the checksum over them and over what follows.
 * @param head makes them, given what belongs into the metadata
 */
export async function signedHeader(
  head: (own: Readonly<Record<string, string>>) => Buffer,
  rest: readonly Uint8Array[],
): Promise<Buffer> {
  const bytes = head({ [checksumKey]: blank, [writerKey]: writer });
  bytes.write(await checksumOf([bytes, ...rest], blank), placeOf(blank, bytes));
  return bytes;
}

/**
 * SHA-256 of a file, with zeros in place of its checksum.
 * @param pieces the first one begins with the file's header
 * @param checksum what the file says; in a damaged one it may be any text
 */
export async function checksumOf(pieces: readonly Uint8Array[], checksum: string): Promise<string> {
  const hash = createHash("sha256");
  const at = placeOf(checksum, pieces[0] ?? new Uint8Array());
  for (const [i, piece] of pieces.entries()) {
    let from = 0;
    if (i === 0 && at >= 0) {
      hash.update(piece.subarray(0, at)).update(blank);
      from = at + blank.length;
    }
    for (; from < piece.length; from += hashedAtOnce) {
      hash.update(piece.subarray(from, from + hashedAtOnce));
      await nextTurn();
    }
  }
  return hash.digest("hex");
}

/** SHA-256 of bytes as they are, in hexadecimal digits. */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  const hash = createHash("sha256");
  for (let from = 0; from < bytes.length; from += hashedAtOnce) {
    hash.update(bytes.subarray(from, from + hashedAtOnce));
    await nextTurn();
  }
  return hash.digest("hex");
}

/** A file's metadata without its checksum, and the checksum; undefined for files of others. */
export function splitMetadata(metadata: Readonly<Record<string, string>>): {
  readonly metadata: Readonly<Record<string, string>>;
  readonly checksum?: string;
} {
  const { [checksumKey]: checksum, [writerKey]: by, ...rest } = metadata;
  if (checksum === undefined && by === undefined) return { metadata };
  return { metadata: rest, checksum: checksum ?? "" };
}

/** Where the checksum begins; -1 if it is not there. */
function placeOf(checksum: string, bytes: Uint8Array): number {
  // No other text can hold this: its quotation marks would have backslashes before them.
  const before = `"${checksumKey}":"`;
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(`${before}${checksum}"`);
  return at < 0 || checksum.length !== blank.length ? -1 : at + Buffer.byteLength(before);
}
