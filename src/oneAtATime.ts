import { link, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { makeFolder } from "./makeFolder.js";

const everyMs = 200;
/** A lock without an owner's id is its owner's, who is about to write it; after this time he could not. */
const emptyMs = 5000;

export interface OneAtATimeOptions {
  /** The lock's file. */
  readonly lock: string;
  /** Called once if another process is at work, with its id. */
  readonly onWait?: (owner: number) => void;
}

/**
 * Runs `work` while no other process does, by a lock file with the owner's process id; the lock of a process that
 * is gone does not count. For processes of one machine, and not for two calls inside each other.
 */
export async function oneAtATime<R>({ lock, onWait }: OneAtATimeOptions, work: () => Promise<R>): Promise<R> {
  await makeFolder(path.dirname(lock), "It must be one that can be written to.");
  let told = false;
  while (!(await take(lock))) {
    const owner = await ownerOf(lock);
    if (owner === undefined) continue;
    if (await isAbandoned(lock, owner)) {
      await clear(lock, owner);
      continue;
    }
    if (!told && owner > 0) {
      told = true;
      onWait?.(owner);
    }
    await wait(everyMs);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** The process that holds the lock; 0 if it has not said yet; undefined if nobody does. */
async function ownerOf(lock: string): Promise<number | undefined> {
  try {
    return Number(await readFile(lock, "utf8")) || 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function isAbandoned(lock: string, owner: number): Promise<boolean> {
  if (owner === 0) {
    const changed = (await stat(lock).catch(() => undefined))?.mtimeMs ?? Date.now();
    return Date.now() - changed > emptyMs;
  }
  try {
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Takes an abandoned lock away. Another process may have done so before and taken it: that one is put back. */
async function clear(lock: string, abandoned: number): Promise<void> {
  const aside = `${lock}.${process.pid}`;
  try {
    await rename(lock, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if ((await ownerOf(aside)) !== abandoned) await link(aside, lock).catch(() => undefined);
  await rm(aside, { force: true });
}
