// A lock for the set-up, which begins before any of the project's own code is compiled: hence plain JavaScript.
"use strict";
const { rmSync } = require("node:fs");
const { link, mkdir, readFile, rename, rm, stat, writeFile } = require("node:fs/promises");
const path = require("node:path");
const { setTimeout: wait } = require("node:timers/promises");

/** The one for everything that installs or compiles in this folder. */
const setUpLock = path.resolve(__dirname, "..", ".cache", "set-up.lock");

const everyMs = 200;
/** A lock without an owner's id is its owner's, who is about to write it; after this time he could not. */
const emptyMs = 5000;

/**
 * Runs `work` while no other process does, by a lock file with the owner's process id; the lock of a process that
 * is gone does not count. For processes of one machine, and not for two calls inside each other.
 * @param lock the lock's file
 * @param onWait called once if another process is at work, with its id
 */
async function oneAtATime({ lock, onWait }, work) {
  await mkdir(path.dirname(lock), { recursive: true });
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

/** What a person who waits for the set-up is told. */
const waitingFor = (owner) =>
  `waiting for the set-up that process ${owner} is doing here (if it does none, delete ${setUpLock})`;

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

/** Takes an abandoned lock away. Another process may have done so before and taken it: that one is put back. */
async function clear(lock, abandoned) {
  const aside = `${lock}.${process.pid}`;
  try {
    await rename(lock, aside);
  } catch (error) {
    if (error.code === "ENOENT") return;
    throw error;
  }
  if ((await ownerOf(aside)) !== abandoned) await link(aside, lock).catch(() => undefined);
  await rm(aside, { force: true });
}

module.exports = { oneAtATime, setUpLock, waitingFor };
