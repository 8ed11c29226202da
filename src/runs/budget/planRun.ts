import path from "node:path";
import { subprocess } from "../../core/subprocess.js";
import type { FoundDataset } from "../../xrays/FoundDataset.js";
import type { Parameters } from "../presets.js";
import type { Given } from "./chooseBudget.js";
import type { RunBudget } from "./RunBudget.js";

/** A run that is to take some minutes. */
export interface PlanRequest {
  readonly minutes: number;
  /** Seconds that the run has taken already. */
  readonly spentSeconds: number;
  /** Its numbers as far as they are given; the others vary. */
  readonly parameters: Parameters;
  readonly given: Given;
  readonly dataset: FoundDataset;
}

export interface RunPlan {
  readonly parameters: Parameters;
  readonly budget: RunBudget;
}

/**
 * Measures how fast this machine trains, and chooses the numbers of a run that takes as long as is wished; in a process
 * of its own, so that its memory, on a GPU too, is free for the run.
 * @throws UserError when the images or the net cannot be read, or training fails
 * @throws Interrupted when this process was asked to stop
 */
export async function planRun(request: PlanRequest): Promise<RunPlan> {
  const script = path.join(__dirname, "planProcess.js");
  const printed = await subprocess(process.execPath, [script, JSON.stringify(request)], {
    shown: "the measurement of this machine's speed",
    remedy: "Leave --minutes out, and choose --size, --epochs and --train-per-class yourself.",
  });
  return JSON.parse(printed.trimEnd().split("\n").at(-1) ?? "") as RunPlan;
}
