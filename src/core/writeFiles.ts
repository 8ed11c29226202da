import { randomBytes } from "node:crypto";
import { readdirSync, rmSync, statSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { messageOf, UserError } from "./errors.js";
import { atExit } from "./atExit.js";
import { isRunning } from "./processIdentity.js";

/** A file that is to be, in pieces that follow each other. */
export interface FileContent {
  readonly file: string;
  readonly pieces: readonly Uint8Array[];
}

/**
 * Writes files that belong together. Their names appear, in this order, only when everything is on the disk: a full
 * disk or a stop on the way leaves what was there before. Any number of writers may write one name at the same time:
 * whoever reads it sees the whole file of one of them.
 * @param remedy what to do when the disk refuses. @default to free the room that all need, or choose another folder
 * @throws UserError naming the file and the remedy
 */
export async function writeFiles(contents: readonly FileContent[], remedy?: string): Promise<void> {
  const partials: string[] = [];
  const release = atExit(() => {
    for (const partial of partials) rmSync(partial, { force: true });
  });
  let current = "";
  try {
    for (const { file, pieces } of contents) {
      current = file;
      const partial = partialName(file);
      partials.push(partial);
      await write(partial, pieces);
    }
    for (const [i, { file }] of contents.entries()) {
      current = file;
      await rename(partials[i] ?? "", file);
    }
    for (const folder of foldersOf(contents)) await syncFolder(folder);
  } catch (error) {
    await Promise.all(partials.map((partial) => rm(partial, { force: true }).catch(() => undefined)));
    const bytes = contents.flatMap(({ pieces }) => pieces).reduce((sum, { length }) => sum + length, 0);
    throw new UserError(
      `${current} was not written: ${messageOf(error)}`,
      remedy ??
        ((error as NodeJS.ErrnoException).code === "EISDIR"
          ? "That is a folder; give the name of a file."
          : `It needs ${Math.ceil(bytes / 1e6)} MB on a disk that can be written to; free some room or choose another folder.`),
      { cause: error },
    );
  } finally {
    release();
  }
  for (const folder of foldersOf(contents)) removeAbandoned(folder);
}

async function write(file: string, pieces: readonly Uint8Array[]): Promise<void> {
  const handle = await open(file, "wx");
  try {
    for (const piece of pieces) {
      for (let at = 0; at < piece.length;) at += (await handle.write(piece, at)).bytesWritten;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const foldersOf = (contents: readonly FileContent[]): Set<string> =>
  new Set(contents.map(({ file }) => path.dirname(file)));

/** A renamed file is safe from a power cut only when its folder is on the disk too. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    // Some systems, such as Windows and network disks, have no such thing.
    const { code = "" } = error as NodeJS.ErrnoException;
    if (!["EACCES", "EBADF", "EINVAL", "EISDIR", "ENOTSUP", "EPERM"].includes(code)) throw error;
  }
}

/** A process's number says who it is only together with its machine's name: folders may be shared. */
const host = Buffer.from(hostname()).toString("base64url").slice(0, 12);

/** A name beside `file` that no other writer takes, also none in another thread. */
function partialName(file: string): string {
  const { dir, base } = path.parse(file);
  const writer = `${host}-${process.pid}-${randomBytes(6).toString("hex")}`;
  // A name may have 255 bytes in all.
  return path.join(dir, `${base.slice(0, 60)}.${writer}.partial`);
}

const abandonedAfterMs = 24 * 3600 * 1000;

/** Takes away what writers left who were killed: those of this machine that are gone, and others after a day. */
export function removeAbandoned(folder: string): void {
  for (const name of namesIn(folder)) {
    const [, machine, pid] = /\.([\w-]{1,12})-(\d+)-[0-9a-f]{12}\.partial$/.exec(name) ?? [];
    if (machine === undefined) continue;
    const file = path.join(folder, name);
    const gone = machine === host && !isRunning({ pid: Number(pid), began: "" });
    try {
      if (gone || Date.now() - statSync(file).mtimeMs > abandonedAfterMs) rmSync(file, { force: true });
    } catch {
      // Another writer has taken it away, or it is not ours to take.
    }
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The bytes of numbers as they lie in memory. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
