import { startedByNpm } from "./environment.js";
import { identify, isRunning, originOf, type ProcessIdentity } from "./processIdentity.js";

const everyMs = 500;

/**
 * `npx xray` is npm, which starts a shell, which starts this process. A signal that ends one of those two does not come
 * down to here, and a kill cannot: this process looks whether they are there. Without npm it may outlive its starter, as
 * `setsid` and `disown` want it.
 * @param onGone called once when one of them is gone
 * @returns to be called when that is of no interest any more
 */
export function followStarter(onGone: () => void): () => void {
  if (!startedByNpm()) return () => undefined;
  const parent = process.ppid;
  const starters = startersFrom(parent);
  const watch = setInterval(() => {
    if (process.ppid === parent && starters.every(isRunning)) return;
    clearInterval(watch);
    onGone();
  }, everyMs).unref();
  return () => {
    clearInterval(watch);
  };
}

/** The parent; where that is a shell, what has started it as well. */
function startersFrom(parent: number): ProcessIdentity[] {
  const origin = originOf(parent);
  const isShell = origin !== undefined && /^(ba|da|z|k|a)?sh$|^busybox$/.test(origin.name);
  return [parent, ...(isShell && origin.parent > 1 ? [origin.parent] : [])].map(identify);
}
