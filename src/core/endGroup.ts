import { isRunning, type ProcessIdentity } from "./processIdentity.js";

const everyMs = 10;
/** A killed process that has much memory takes a moment to give it back. */
const longestMs = 3000;

/** Kills a process that leads a group, and all of its group, at once; returns when it has ended. */
export function endGroup(leader: ProcessIdentity): void {
  if (!isRunning(leader)) return;
  for (const target of [-leader.pid, leader.pid]) {
    try {
      process.kill(target, "SIGKILL");
      break;
    } catch {
      // It leads no group, as on Windows, or has ended.
    }
  }
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (let ms = 0; ms < longestMs && isRunning(leader); ms += everyMs) Atomics.wait(clock, 0, 0, everyMs);
}
