import { open, rename, rm } from "node:fs/promises";
import { messageOf, UserError } from "./errors.js";

/** A file that is to be, in pieces that follow each other. */
export interface FileContent {
  readonly file: string;
  readonly pieces: readonly Uint8Array[];
}

/**
 * Writes files that belong together. Their names appear, in this order, only when everything is on the disk: a full
 * disk or a stop on the way leaves what was there before.
 * @throws UserError naming the file and the room that all need
 */
export async function writeFiles(contents: readonly FileContent[]): Promise<void> {
  const partial = (file: string) => `${file}.partial`;
  let current = "";
  try {
    for (const { file, pieces } of contents) {
      current = file;
      await write(partial(file), pieces);
    }
    for (const { file } of contents) {
      current = file;
      await rename(partial(file), file);
    }
  } catch (error) {
    await Promise.all(contents.map(({ file }) => rm(partial(file), { force: true }).catch(() => undefined)));
    const bytes = contents.flatMap(({ pieces }) => pieces).reduce((sum, { length }) => sum + length, 0);
    throw new UserError(
      `${current} was not written: ${messageOf(error)}`,
      (error as NodeJS.ErrnoException).code === "EISDIR"
        ? "That is a folder; give the name of a file."
        : `It needs ${Math.ceil(bytes / 1e6)} MB on a disk that can be written to; free some room or choose another folder.`,
      { cause: error },
    );
  }
}

async function write(file: string, pieces: readonly Uint8Array[]): Promise<void> {
  const handle = await open(file, "w");
  try {
    for (const piece of pieces) {
      for (let at = 0; at < piece.length;) at += (await handle.write(piece, at)).bytesWritten;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The bytes of numbers as they lie in memory. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
