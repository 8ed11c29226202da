import { createRequire } from "node:module";
import path from "node:path";
import { cacheDir, packageRoot } from "./environment.js";

interface OneAtATimeOptions {
  /** The lock's file. */
  readonly lock: string;
  /** Called once if another process is at work, with its id. */
  readonly onWait?: (owner: number) => void;
}

/** `bin/oneAtATime.cjs`: the set-up uses it before there is anything compiled. */
interface Locks {
  /**
   * Runs `work` while no other process does; the lock of a process that is gone does not count. For processes of one
   * machine, and not for two calls inside each other.
   */
  readonly oneAtATime: <R>(options: OneAtATimeOptions, work: () => Promise<R>) => Promise<R>;
  /** What a person who waits for the set-up is told. */
  readonly waitingFor: (owner: number, lock: string) => string;
}

/** Loaded when it is needed: what only looks at data, as `xray doctor` does, runs without the folder `bin`. */
const locks = (): Locks =>
  createRequire(path.join(packageRoot, "package.json"))("./bin/oneAtATime.cjs") as Locks;

export const oneAtATime: Locks["oneAtATime"] = (options, work) => locks().oneAtATime(options, work);

export const waitingFor: Locks["waitingFor"] = (owner, lock) => locks().waitingFor(owner, lock);

/** The lock's file for everything that is installed in the folder for it. */
export const setUpLock = path.join(cacheDir, "set-up.lock");
