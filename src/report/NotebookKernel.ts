import { rmSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { endGroup } from "../core/endGroup.js";
import { identify, isRunning, type ProcessIdentity } from "../core/processIdentity.js";
import { stopSeconds } from "./pythonProgram.js";

/** The process that computes a notebook's cells, as `run_notebook.py` names it. */
export class NotebookKernel {
  private readonly identity: ProcessIdentity;

  constructor(
    pid: number,
    /** The file with its ports, which Jupyter takes away if it can. */
    private readonly connectionFile: string,
  ) {
    this.identity = identify(pid);
  }

  get pid(): number {
    return this.identity.pid;
  }

  /** Ends it at once. */
  kill(): void {
    endGroup(this.identity);
    rmSync(this.connectionFile, { force: true });
  }

  /**
   * Whoever started it is gone: the running cell is interrupted and may write what it has. A kernel that has not ended
   * then is killed.
   */
  async end(): Promise<void> {
    const until = Date.now() + 1000 * stopSeconds;
    if (isRunning(this.identity)) process.kill(this.identity.pid, "SIGTERM");
    while (isRunning(this.identity) && Date.now() < until) await wait(100);
    this.kill();
  }
}

/** `{"kernel": 17, "connection_file": "..."}`, once the kernel runs; undefined for any other line. */
export function kernelNamed(line: string): NotebookKernel | undefined {
  try {
    const { kernel, connection_file: file } = JSON.parse(line) as Record<string, unknown>;
    return typeof kernel === "number" && typeof file === "string"
      ? new NotebookKernel(kernel, file)
      : undefined;
  } catch {
    return undefined;
  }
}
