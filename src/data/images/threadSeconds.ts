import { readFileSync, readlinkSync } from "node:fs";
import path from "node:path";

/** The system's number of the thread that asks; undefined where it is not Linux. */
export function threadNumber(): string | undefined {
  try {
    return path.basename(readlinkSync("/proc/thread-self"));
  } catch {
    return undefined;
  }
}

/**
 * The seconds that a thread of this process has had the processor: a file is not to blame for what else a machine
 * has to do.
 * @returns undefined where the system does not say it
 */
export function threadSeconds(number: string | undefined): number | undefined {
  if (number === undefined) return undefined;
  try {
    const state = readFileSync(`/proc/self/task/${number}/stat`, "latin1");
    // Behind the name, which may hold blanks, the 12th and 13th: in user and system mode, in hundredths (proc(5)).
    const fields = state.slice(state.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
}
