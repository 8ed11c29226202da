import { checkOptions, type OptionKinds } from "../../core/checkOptions.js";
import type { Optimizer } from "../optimizers/Optimizer.js";
import { checkNumber, checkInteger } from "../../core/checkNumber.js";
import { annealingExp } from "./annealing.js";
import type { Callback, CallbackRequest, TrainingState } from "./Callback.js";

/** How far and how fast `lrFind` searches, with fast.ai v1's names and defaults. */
export interface LRFinderOptions {
  /** The first rate, above 0. @default 1e-7 */
  readonly startLr?: number;
  /** The rate that would follow the last one, above `startLr`. @default 10 */
  readonly endLr?: number;
  /** How many batches are trained on, from 1. @default 100 */
  readonly numIt?: number;
  /** End once the smoothed loss is over four times its lowest. @default true */
  readonly stopDiv?: boolean;
  /**
   * Batches at the start that do not count for the lowest loss, from 0. fast.ai counts from the first one (0): a small
   * first batch that happens to be easy then ends the search before it has begun. @default a tenth of `numIt`
   */
  readonly warmup?: number;
  /** Weight decay, from 0. @default the learner's */
  readonly wd?: number;
}

const kinds: OptionKinds<LRFinderOptions> = {
  startLr: "number",
  endLr: "number",
  numIt: "number",
  stopDiv: "boolean",
  warmup: "number",
  wd: "number",
};

/** fast.ai's number of batches in a search. */
export const defaultNumIt = 100;

/** The rate at batch i of the search, from 0. */
export function lrFindRate(
  i: number,
  { startLr = 1e-7, endLr = 10, numIt = defaultNumIt }: LRFinderOptions = {},
): number {
  return annealingExp(startLr, endLr, i / numIt);
}

/** @throws UserError naming an option that makes no sense */
export function requireLRFinder(options: LRFinderOptions): void {
  checkOptions("lrFind()", options, kinds);
  const { startLr = 1e-7, endLr = 10, numIt = defaultNumIt, warmup = 0, wd = 0 } = options;
  checkNumber("startLr", startLr, { above: 0 });
  checkNumber("endLr", endLr, { above: startLr });
  checkInteger("numIt", numIt, 1);
  checkInteger("warmup", warmup, 0);
  checkNumber("wd", wd, { from: 0 });
}

/** Smith's learning-rate range test ("Cyclical Learning Rates", 2015) with fast.ai v1's stop rule. */
export class LRFinder implements Callback {
  private best = Infinity;

  constructor(
    private readonly optimizer: Pick<Optimizer, "lrs">,
    private readonly options: LRFinderOptions,
  ) {}

  describe(): unknown {
    return this.options;
  }

  state(): number {
    return this.best;
  }

  restore(best: unknown): void {
    this.best = best as number;
  }

  trainBegin(): void {
    this.set(0);
  }

  batchEnd({ iteration, smoothLoss }: Pick<TrainingState, "iteration" | "smoothLoss">): CallbackRequest {
    const { numIt = defaultNumIt, stopDiv = true, warmup = Math.floor(numIt / 10) } = this.options;
    if (iteration > warmup) this.best = Math.min(this.best, smoothLoss);
    this.set(iteration);
    const diverged = stopDiv && (smoothLoss > 4 * this.best || Number.isNaN(smoothLoss));
    const stop = iteration >= numIt || diverged;
    return { skipValidate: true, stopEpoch: stop, stopTraining: stop };
  }

  private set(iteration: number): void {
    const lr = lrFindRate(iteration, this.options);
    this.optimizer.lrs = this.optimizer.lrs.map(() => lr);
  }
}
