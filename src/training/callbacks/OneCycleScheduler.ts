import type { OptionKinds } from "../../core/checkOptions.js";
import type { Optimizer } from "../optimizers/Optimizer.js";
import { checkInteger, checkNumber, checkPair } from "../../core/checkNumber.js";
import { annealingCos } from "./annealing.js";
import type { Callback, TrainingState } from "./Callback.js";
import type { EpochSpan } from "../EpochSpan.js";

/** The cycle's shape, with fast.ai v1's names and defaults. */
export interface OneCycleOptions {
  /** The highest and the lowest momentum, each in [0, 1). @default [0.95, 0.85] */
  readonly moms?: readonly [number, number];
  /** The cycle starts at the highest rate divided by this, above 0. @default 25 */
  readonly divFactor?: number;
  /** The share of the steps with a rising rate, in 0..1. @default 0.3 */
  readonly pctStart?: number;
  /** It ends at the highest rate divided by this, above 0. @default divFactor * 1e4 */
  readonly finalDiv?: number;
  /** Epochs of the whole cycle, of which this fit is a part. @default startEpoch and the fit's own epochs */
  readonly totEpochs?: number;
  /** The epoch of the cycle that the fit begins with, from 0. @default 0 */
  readonly startEpoch?: number;
}

export const oneCycleKinds: OptionKinds<OneCycleOptions> = {
  moms: "list",
  divFactor: "number",
  pctStart: "number",
  finalDiv: "number",
  totEpochs: "number",
  startEpoch: "number",
};

/**
 * The part of a cycle that a fit goes through.
 * @throws UserError when it does not lie in the cycle
 */
export function cyclePart(
  epochs: number,
  { startEpoch = 0, totEpochs = startEpoch + epochs }: OneCycleOptions,
): EpochSpan {
  checkInteger("startEpoch", startEpoch, 0);
  checkInteger("totEpochs", totEpochs, startEpoch + epochs);
  return { epochs: totEpochs, from: startEpoch, to: startEpoch + epochs };
}

/**
 * The one-cycle policy (Smith, "Super-Convergence", 2018) as fast.ai v1 has it: learning rate and momentum at
 * step k of n, counted from 0. The rate rises along a cosine for the first pctStart of the steps while the
 * momentum falls, then both go back; the rate ends far below its start. The last value is never reached.
 * @param maxLr the highest rate of the layer group
 */
export function oneCycle(
  k: number,
  n: number,
  maxLr: number,
  { moms = [0.95, 0.85], divFactor = 25, pctStart = 0.3, finalDiv = divFactor * 1e4 }: OneCycleOptions = {},
): { lr: number; mom: number } {
  const rising = Math.floor(n * pctStart);
  // fast.ai gives a phase without steps one all the same.
  const [a1, a2] = [Math.max(rising, 1), Math.max(n - rising, 1)];
  if (k < a1) {
    return {
      lr: annealingCos(maxLr / divFactor, maxLr, k / a1),
      mom: annealingCos(moms[0], moms[1], k / a1),
    };
  }
  const progress = (k - a1) / a2;
  return {
    lr: annealingCos(maxLr, maxLr / finalDiv, progress),
    mom: annealingCos(moms[1], moms[0], progress),
  };
}

/** @throws UserError naming an option that makes no sense */
export function requireOneCycle({
  moms,
  divFactor = 25,
  pctStart = 0.3,
  finalDiv = 1,
}: OneCycleOptions): void {
  if (moms) checkPair("moms", moms, { from: 0, below: 1 }, "[0.95, 0.85]");
  checkNumber("divFactor", divFactor, { above: 0 });
  checkNumber("pctStart", pctStart, { from: 0, to: 1 });
  checkNumber("finalDiv", finalDiv, { above: 0 });
}

/** Sets the optimizer's rates and momentum along one cycle over the whole fit. */
export class OneCycleScheduler implements Callback {
  readonly order = -5;

  constructor(
    private readonly optimizer: Optimizer,
    private readonly maxLrs: readonly number[],
    private readonly options: OneCycleOptions,
  ) {}

  describe(): unknown {
    return { maxLrs: this.maxLrs, ...this.options };
  }

  trainBegin(state: TrainingState): void {
    this.set(state.iteration, state);
  }

  batchEnd(state: TrainingState): void {
    this.set(state.iteration, state);
  }

  private set(k: number, { batches, epochs }: TrainingState): void {
    const at = this.maxLrs.map((maxLr) => oneCycle(k, batches * epochs, maxLr, this.options));
    this.optimizer.lrs = at.map(({ lr }) => lr);
    this.optimizer.mom = at[0]?.mom ?? this.optimizer.mom;
  }
}
