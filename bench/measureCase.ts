import path from "node:path";
import { setDisplay } from "../src/core/Display.js";
import { TerminalDisplay } from "../src/display/TerminalDisplay.js";
import { subprocess } from "../src/core/subprocess.js";
import type { Phase } from "./Case.js";
import { tensorFlowNanoseconds } from "./tensorFlowTime.js";

export const measurable = ["step", "epoch", "load", "valid", "kernel"] as const;

export interface MeasureOptions {
  readonly kind: (typeof measurable)[number];
  readonly model: string;
  readonly size: number;
  readonly bs: number;
  readonly phase: Phase;
  readonly steps: number;
  readonly jsShare?: boolean;
  readonly gradientCheckpointing?: boolean;
  readonly dir?: string;
  readonly trainPerClass?: number;
}

/**
 * Measures one case in this process. Its progress goes to standard error: standard output is for the result.
 * @param flags the command line that asked for it
 */
export async function measureCase(options: MeasureOptions, flags: readonly string[]): Promise<object> {
  if (options.jsShare && tensorFlowNanoseconds() === undefined) return await startedTimed(flags);
  const trainPerClass = options.trainPerClass ?? 0;
  switch (options.kind) {
    case "step": {
      const { measureStep } = await import("./step.js");
      showOnStandardError();
      return await measureStep(options);
    }
    case "valid": {
      const { measureValid } = await import("./valid.js");
      showOnStandardError();
      return await measureValid(options);
    }
    case "epoch": {
      const { measureEpoch } = await import("./epoch.js");
      showOnStandardError();
      return await measureEpoch({ ...options, trainPerClass });
    }
    case "load": {
      const { measureLoad } = await import("./load.js");
      showOnStandardError();
      return await measureLoad({ ...options, trainPerClass });
    }
    case "kernel": {
      const { measureKernel } = await import("./kernel.js");
      return await measureKernel();
    }
  }
}

/** In place of the display that importing the project chose. */
function showOnStandardError(): void {
  setDisplay(
    new TerminalDisplay({ write: (text) => process.stderr.write(text), isTTY: process.stderr.isTTY }),
  );
}

/** This very command anew, with TensorFlow's calls timed on every thread. */
async function startedTimed(flags: readonly string[]): Promise<object> {
  const preload = path.join(__dirname, "timedBinding.js");
  const printed = await subprocess(process.execPath, [path.join(__dirname, "main.js"), ...flags], {
    // Only this way do worker threads load it too, whatever options they are started with.
    env: { NODE_OPTIONS: `--require ${JSON.stringify(preload)}` },
    remedy: "See the message above.",
  });
  return JSON.parse(printed) as object;
}
