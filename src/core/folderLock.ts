import { readFileSync, rmSync } from "node:fs";
import { readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { atExit } from "./atExit.js";
import { currentDisplay } from "./Display.js";
import { UserError } from "./errors.js";
import { makeFolder } from "./makeFolder.js";
import { identify, isRunning, type ProcessIdentity } from "./processIdentity.js";
import { SerialQueue } from "./SerialQueue.js";
import { writeFiles } from "./writeFiles.js";

/** The file in a folder that says who is writing there. */
export const lockName = "run.lock";

/** Who is writing. */
interface Owner extends ProcessIdentity {
  readonly host: string;
  /** When it took the folder, as ISO 8601. */
  readonly since: string;
  /** Processes that work for it: they may write for a while after it was killed. */
  readonly helpers?: readonly ProcessIdentity[];
}

const processSchema = z.object({ pid: z.int().positive(), began: z.string() });
const ownerSchema: z.ZodType<Owner> = processSchema.extend({
  ...{ host: z.string(), since: z.string(), helpers: z.array(processSchema).optional() },
});

/** A folder that is this process's. */
export interface FolderLock {
  readonly file: string;
  /** Another process writes there for this one: the folder is not free before that one has ended too. */
  readonly share: (pid: number) => void;
}

/** How often an owner shows that it is there. */
const beatMs = 20_000;
/** An owner on another machine, or one that has not said who it is, is gone after so long without a sign. */
const silentMs = 180_000;
/** What works for an owner that was killed ends in this time. */
const helpersMs = 90_000;
/** More than it takes to look at a lock and clear it. */
const clearingMs = 10_000;

/**
 * Does work in a folder that no other process does work in. The lock of a process that is gone does not count; on a
 * disk that several machines share, that of a machine that has given no sign for three minutes.
 * @param folder is made unless it is there
 * @throws UserError when another process is at work there
 */
export async function lockedFolder<T>(folder: string, work: (lock: FolderLock) => Promise<T>): Promise<T> {
  const { lock, release } = await lockFolder(folder);
  try {
    return await work(lock);
  } finally {
    await release();
  }
}

/** A folder that was taken. */
export interface TakenFolder {
  readonly lock: FolderLock;
  /** Gives it back. */
  readonly release: () => Promise<void>;
}

/**
 * Takes a folder for this process until it is released, or the process ends.
 * @throws UserError when another process is at work there
 */
export async function lockFolder(folder: string): Promise<TakenFolder> {
  await makeFolder(folder, "The project's folder must be one that can be written to.");
  const lock = path.join(folder, lockName);
  const own = { host: hostname(), ...identify(process.pid), since: new Date().toISOString() };
  const helpers: ProcessIdentity[] = [];
  let text = `${JSON.stringify(own)}\n`;
  const untilFree = waitForHelpers();
  while (!(await take(lock, text))) await requireGone(folder, lock, untilFree);
  const withdraw = atExit(() => {
    if (readFileSync(lock, "utf8") === text) rmSync(lock);
  });
  const changes = new SerialQueue();
  const share = (pid: number): void => {
    helpers.push(identify(pid));
    const shared = `${JSON.stringify({ ...own, helpers })}\n`;
    const write = async (): Promise<void> => {
      // Not where another process has taken it, for which this one was silent too long.
      if ((await read(lock))?.text !== text) return;
      await writeFiles([{ file: lock, pieces: [Buffer.from(shared)] }]);
      text = shared;
    };
    // On a disk that is full the folder is this process's alone.
    changes.run(write).catch(() => undefined);
  };
  const beat = setInterval(() => {
    const now = new Date();
    // Whoever has deleted it knows why.
    utimes(lock, now, now).catch(() => undefined);
  }, beatMs).unref();
  return {
    lock: { file: lock, share },
    release: async () => {
      await changes.run(() => Promise.resolve());
      withdraw();
      clearInterval(beat);
      // Not one that another process has taken, for which this one was silent too long.
      if ((await read(lock))?.text === text) await rm(lock, { force: true });
    },
  };
}

/** Whether a process is at work in a folder. The lock of one that was killed is taken away. */
export async function isLocked(folder: string): Promise<boolean> {
  const lock = path.join(folder, lockName);
  const found = await read(lock);
  if (found === undefined) return false;
  if (!isGone(found.owner, found.silentFor)) return true;
  // On a disk that cannot be written to it stays, and does not count.
  await clear(lock, found.text).catch(() => undefined);
  return false;
}

async function take(lock: string, text: string): Promise<boolean> {
  try {
    await writeFile(lock, text, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    // A disk that is full has taken its name, and would refuse the next one for minutes.
    await rm(lock, { force: true }).catch(() => undefined);
    throw new UserError(
      `${lock} cannot be written: ${(error as Error).message}`,
      "The run's folder must be one that can be written to, with some room on its disk.",
      { cause: error },
    );
  }
}

/** Waits a moment for what a killed owner has left at work; false when that does not end. */
function waitForHelpers(): (owner: Owner) => Promise<boolean> {
  const until = Date.now() + helpersMs;
  let told = false;
  return async ({ pid }) => {
    if (Date.now() > until) return false;
    if (!told) currentDisplay().text(`waiting until the programs that process ${pid} has left at work end`);
    told = true;
    await wait(200);
    return true;
  };
}

/** Takes away the lock of a process that is gone. */
async function requireGone(
  folder: string,
  lock: string,
  untilFree: (owner: Owner) => Promise<boolean>,
): Promise<void> {
  const found = await read(lock);
  if (found === undefined) return;
  const { owner, text, silentFor } = found;
  if (isGone(owner, silentFor)) {
    await clear(lock, text);
    return;
  }
  if (owner?.host === hostname() && !isRunning(owner) && (await untilFree(owner))) return;
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
    // Nor has what is no folder one.
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
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
  return ![owner, ...(owner.helpers ?? [])].some(isRunning);
}

/**
 * Others may be about to do the same, and one of them may have taken the folder already: one looks and clears at a time,
 * so that none takes away a lock that it has not looked at.
 */
async function clear(lock: string, abandoned: string): Promise<void> {
  const guard = `${lock}.clearing`;
  if (!(await take(guard, ""))) {
    // It lasts for moments; a process that was killed in them leaves it.
    const since = Math.abs((await read(guard))?.silentFor ?? 0);
    // Also one of a time to come, where the clock was set back.
    if (since > clearingMs) await rm(guard, { force: true });
    await wait(50);
    return;
  }
  try {
    if ((await read(lock))?.text === abandoned) await rm(lock, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}
