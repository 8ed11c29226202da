import { constants } from "node:os";
import { UserError } from "../core/errors.js";

/** What `run_notebook.py` says of a kernel that is gone. */
export interface KernelDeath {
  /** The cell that was being run, as a notebook numbers it; null: none was. */
  readonly cell: number | null;
  /** That cell's first line of code. */
  readonly line: string;
  /** As Python's `subprocess` gives it: a signal's number is negative; null: unknown. */
  readonly code: number | null;
}

const lessMemory =
  "Train with less memory at a time: a smaller batch size (`bs`, --bs) or image size (`size`, --size), " +
  "`gradientCheckpointing`, or small batches whose gradients are added up (`gradientAccumulation`).";

/** @param kept where the executed notebook is */
export function kernelDied(notebook: string, { cell, line, code }: KernelDeath, kept: string): UserError {
  const where = cell === null ? "" : ` in cell [${cell}], \`${line}\``;
  const signal = code !== null && code < 0 ? nameOf(-code) : undefined;
  const [how, remedy] = causeOf(signal, code);
  return new UserError(`The kernel of ${notebook} died${where}: ${how}`, `${remedy}\n${kept}`);
}

function causeOf(signal: string | undefined, code: number | null): readonly [how: string, remedy: string] {
  switch (signal) {
    case "SIGKILL":
      return [
        "it was killed (SIGKILL), which is what the system does to a program when memory runs out.",
        lessMemory,
      ];
    case "SIGABRT":
    case "SIGTRAP":
    case "SIGBUS":
      return [
        `it gave up (${signal}), which is what it does when there is no memory to be had; see its last lines above.`,
        lessMemory,
      ];
    case undefined:
      return [
        code === null ? "how is not known." : `it ended with exit code ${code}.`,
        "See its last lines above, if any.",
      ];
    default:
      return [`it was ended by ${signal}.`, "See its last lines above, if any."];
  }
}

function nameOf(number: number): string {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return found?.[0] ?? `signal ${number}`;
}
