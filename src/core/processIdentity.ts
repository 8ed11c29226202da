import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process of this machine. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, as its system tells it, or "" where that does not: the id alone may have gone to another one since. */
  readonly began: string;
}

/** The process that has this id now. */
export const identify = (pid: number): ProcessIdentity => ({ pid, began: factsOf(pid)?.began ?? "" });

/** Whether a process of this machine is there, also one of another user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Whether it still runs: neither has it ended, though nobody may have asked how yet, nor has another one its id now. */
export function isRunning({ pid, began }: ProcessIdentity): boolean {
  if (!isAlive(pid)) return false;
  const now = factsOf(pid);
  return now === undefined || (!now.ended && (began === "" || now.began === "" || now.began === began));
}

/** The process that started it, and the name of its program; undefined where the system does not say. */
export function originOf(pid: number): { readonly parent: number; readonly name: string } | undefined {
  const facts = factsOf(pid);
  return facts && { parent: facts.parent, name: facts.name };
}

interface ProcessFacts {
  readonly name: string;
  readonly parent: number;
  readonly began: string;
  readonly ended: boolean;
}

function factsOf(pid: number): ProcessFacts | undefined {
  try {
    return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
  } catch {
    return undefined;
  }
}

/** `17 (name) S 4 ...`; the name may hold anything, and the 20th field after it counts from the system's start. */
function fromProc(pid: number): ProcessFacts {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const end = text.lastIndexOf(") ");
  const fields = text.slice(end + 2).split(" ");
  return {
    name: text.slice(text.indexOf("(") + 1, end),
    parent: Number(fields[1]),
    began: fields[19] ?? "",
    ended: fields[0] === "Z" || fields[0] === "X",
  };
}

function fromPs(pid: number): ProcessFacts {
  const ask = (field: string): string =>
    execFileSync("ps", ["-o", `${field}=`, "-p", String(pid)], { encoding: "utf8" }).trim();
  return {
    name: ask("comm").split("/").at(-1) ?? "",
    parent: Number(ask("ppid")),
    began: ask("lstart"),
    ended: ask("stat").startsWith("Z"),
  };
}
