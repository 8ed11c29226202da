import { performance } from "node:perf_hooks";
import { forgetEngine, installEngine } from "../engine/install/installEngine.js";
import { installWeights } from "../models/weights/installWeights.js";
import { projectRoot } from "../core/environment.js";
import { messageOf, UserError } from "../core/errors.js";
import { oneAtATime, setUpLock, waitingFor } from "../core/oneAtATime.js";
import type { KernelName } from "../runs/kernels.js";
import { setupDeno } from "../report/setupDeno.js";
import { setupJupyter } from "../report/setupJupyter.js";

export interface SetUpOptions {
  /** Take the CUDA libraries even where no NVIDIA driver is found, now and in later set-ups. */
  readonly gpu?: boolean;
  /** Take the CPU's libraries even where an NVIDIA driver is found, now and in later set-ups. */
  readonly cpu?: boolean;
  /** Take what this kernel needs, too. */
  readonly kernel?: KernelName;
  /** Make the engine anew. */
  readonly repair?: boolean;
}

/**
 * Installs whatever is missing, with a line for each step. A second call costs milliseconds. Two set-ups in one
 * folder follow each other, and the second says what it waits for; one that was killed keeps nobody waiting.
 */
export async function setUp({ gpu, cpu, kernel, repair }: SetUpOptions = {}): Promise<void> {
  const started = performance.now();
  let steps = 0;
  const log = (line: string) => {
    steps++;
    console.error(`set-up: ${line}`);
  };
  const onWait = (owner: number) => {
    log(waitingFor(owner, setUpLock));
  };
  try {
    await oneAtATime({ lock: setUpLock, onWait }, async () => {
      if (repair) await forgetEngine();
      await installEngine({ variant: gpu ? "gpu" : cpu ? "cpu" : undefined, log });
      await installWeights(log);
      await setupJupyter(log);
      if (kernel === "deno") await setupDeno(log);
    });
  } catch (cause) {
    const { code = "" } = cause as NodeJS.ErrnoException;
    if (!["EACCES", "EPERM", "EROFS"].includes(code)) throw cause;
    throw new UserError(
      `The set-up cannot write to ${projectRoot}: ${messageOf(cause)}`,
      "Run it as the folder's owner, or copy the project to a folder of your own.",
      { cause },
    );
  }
  if (steps > 0) console.error(`set-up: done in ${((performance.now() - started) / 1000).toFixed(0)} s`);
}
