import { closeSync, openSync, readSync } from "node:fs";

/**
 * Some bytes of a file, fewer where it ends before.
 * @param length at most so many
 * @param from the first one's place
 * @throws Error of the file system when it cannot be read
 */
export function readPart(file: string, length: number, from = 0): Buffer {
  const bytes = Buffer.alloc(length);
  const opened = openSync(file, "r");
  try {
    return bytes.subarray(0, readSync(opened, bytes, 0, length, from));
  } finally {
    closeSync(opened);
  }
}
