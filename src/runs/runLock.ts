import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { UserError } from "../core/errors.js";
import { isAlive } from "../core/isAlive.js";
import { makeFolder } from "../core/makeFolder.js";

/** The file in a folder that says who is writing there. */
export const lockName = "run.lock";

/** Who is writing. */
interface Owner {
  readonly host: string;
  readonly pid: number;
  /** When the process began, as its system tells it, or "": the id alone may have gone to another one since. */
  readonly began: string;
  /** When it took the folder, as ISO 8601. */
  readonly since: string;
}

const ownerSchema: z.ZodType<Owner> = z.object({
  host: z.string(),
  pid: z.int().positive(),
  began: z.string(),
  since: z.string(),
});

/** How often an owner shows that it is there. */
const beatMs = 20_000;
/** An owner on another machine, or one that has not said who it is, is gone after so long without a sign. */
const silentMs = 180_000;
/** More than it takes to look at a lock and clear it. */
const clearingMs = 10_000;

/**
 * Does work in a folder that no other process does work in. The lock of a process that is gone does not count; on a
 * disk that several machines share, that of a machine that has given no sign for three minutes.
 * @param folder is made unless it is there
 * @throws UserError when another process is at work there
 */
export async function lockedFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  await makeFolder(folder, "The project's folder must be one that can be written to.");
  const lock = path.join(folder, lockName);
  const own: Owner = {
    host: hostname(),
    pid: process.pid,
    began: beginOf(process.pid) ?? "",
    since: new Date().toISOString(),
  };
  const text = `${JSON.stringify(own)}\n`;
  while (!(await take(lock, text))) await requireGone(folder, lock);
  const beat = setInterval(() => {
    const now = new Date();
    // Whoever has deleted it knows why.
    utimes(lock, now, now).catch(() => undefined);
  }, beatMs).unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    // Not one that another process has taken, for which this one was silent too long.
    if ((await read(lock))?.text === text) await rm(lock, { force: true });
  }
}

async function take(lock: string, text: string): Promise<boolean> {
  try {
    await writeFile(lock, text, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new UserError(
      `${lock} cannot be written: ${(error as Error).message}`,
      "The run's folder must be one that can be written to, with some room on its disk.",
      { cause: error },
    );
  }
}

/** Takes away the lock of a process that is gone. */
async function requireGone(folder: string, lock: string): Promise<void> {
  const found = await read(lock);
  if (found === undefined) return;
  const { owner, text, silentFor } = found;
  if (isGone(owner, silentFor)) {
    await clear(lock, text);
    return;
  }
  const who = owner
    ? `process ${owner.pid}${owner.host === hostname() ? "" : ` on ${owner.host}`}, since ${owner.since}`
    : "another process";
  throw new UserError(
    `${folder} is being written to by ${who}.`,
    "Wait until it has ended, or choose another --name.",
  );
}

async function read(lock: string): Promise<{ owner?: Owner; text: string; silentFor: number } | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(lock, "utf8"), stat(lock)]);
    return { owner: ownerOf(text), text, silentFor: Date.now() - mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Undefined while its owner is still writing it. */
function ownerOf(text: string): Owner | undefined {
  try {
    return ownerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function isGone(owner: Owner | undefined, silentFor: number): boolean {
  if (owner?.host !== hostname()) return silentFor > silentMs;
  if (!isAlive(owner.pid)) return true;
  const began = beginOf(owner.pid);
  return began !== undefined && owner.began !== "" && began !== owner.began;
}

/** When a process began, in its system's words; undefined where the system does not say. */
function beginOf(pid: number): string | undefined {
  try {
    if (process.platform === "linux") {
      // The name, in parentheses, may hold anything; the 20th field after it counts from the system's start.
      return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[19];
    }
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

/**
 * Others may be about to do the same, and one of them may have taken the folder already: one looks and clears at a time,
 * so that none takes away a lock that it has not looked at.
 */
async function clear(lock: string, abandoned: string): Promise<void> {
  const guard = `${lock}.clearing`;
  if (!(await take(guard, ""))) {
    // It lasts for moments; a process that was killed in them leaves it.
    if (((await read(guard))?.silentFor ?? 0) > clearingMs) await rm(guard, { force: true });
    await wait(50);
    return;
  }
  try {
    if ((await read(lock))?.text === abandoned) await rm(lock, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}
