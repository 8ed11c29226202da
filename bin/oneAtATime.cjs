// A lock for the set-up, which begins before any of the project's own code is compiled: hence plain JavaScript.
"use strict";
const { constants, rmSync } = require("node:fs");
const { access, mkdir, readFile, rm, stat, writeFile } = require("node:fs/promises");
const path = require("node:path");
const { setTimeout: wait } = require("node:timers/promises");

/** The one for everything that installs or compiles in this folder, before there is anything compiled. */
const setUpLock = path.resolve(__dirname, "..", ".cache", "set-up.lock");

const everyMs = 200;
/** A lock without an owner's id is its owner's, who is about to write it; after this time he could not. */
const emptyMs = 5000;
/** More than it takes to look at a lock and clear it. */
const clearingMs = 10_000;

/**
 * Runs `work` while no other process does, by a lock file with the owner's process id; the lock of a process that
 * is gone does not count. For processes of one machine, and not for two calls inside each other.
 * @param lock the lock's file
 * @param onWait called once if another process is at work, with its id
 */
async function oneAtATime({ lock, onWait }, work) {
  if (!(await canLock(lock))) return work();
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
  // A signal that ends the process would leave it: whoever takes signals ends with `process.exit`.
  const release = () => rmSync(lock, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    await rm(lock, { force: true });
  }
}

/** Where nobody here may write there is nothing to keep apart: either all is there, or the work says what it cannot do. */
async function canLock(lock) {
  try {
    await mkdir(path.dirname(lock), { recursive: true });
    await access(path.dirname(lock), constants.W_OK);
    return true;
  } catch (error) {
    if (["EACCES", "EPERM", "EROFS"].includes(error.code)) return false;
    throw error;
  }
}

/** What a person who waits for the set-up is told. */
const waitingFor = (owner, lock) =>
  `waiting for the set-up that process ${owner} is doing here (if it does none, delete ${lock})`;

async function take(lock) {
  try {
    await writeFile(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** The process that holds the lock; 0 if it has not said yet; undefined if nobody does. */
async function ownerOf(lock) {
  try {
    return Number(await readFile(lock, "utf8")) || 0;
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function isAbandoned(lock, owner) {
  if (owner === 0) {
    const changed = (await stat(lock).catch(() => undefined))?.mtimeMs ?? Date.now();
    return Date.now() - changed > emptyMs;
  }
  try {
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

/**
 * Takes an abandoned lock away. Others may be about to do the same, and one of them may have taken the lock already: one
 * looks and clears at a time, so that none takes away a lock that it has not looked at.
 */
async function clear(lock, abandoned) {
  const guard = `${lock}.clearing`;
  if (!(await take(guard))) {
    // It lasts for moments; a process that was killed in them leaves it.
    const changed = (await stat(guard).catch(() => undefined))?.mtimeMs ?? Date.now();
    if (Date.now() - changed > clearingMs) await rm(guard, { force: true });
    await wait(20);
    return;
  }
  try {
    if ((await ownerOf(lock)) === abandoned && (await isAbandoned(lock, abandoned)))
      await rm(lock, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

module.exports = { oneAtATime, setUpLock, waitingFor };
