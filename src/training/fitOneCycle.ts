import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import type { Callback } from "./callbacks/Callback.js";
import { requireCallbacks } from "./callbacks/requireCallbacks.js";
import { requireEpochs } from "./fit.js";
import type { Operation } from "./session/NetAccess.js";
import {
  cyclePart,
  oneCycleKinds,
  type OneCycleOptions,
  OneCycleScheduler,
  requireOneCycle,
} from "./callbacks/OneCycleScheduler.js";
import { type LearningRate, lrRange, slice } from "./optimizers/slice.js";
import type { Trainer } from "./Trainer.js";

/** What `fitOneCycle` takes beside the number of epochs. */
export interface FitOneCycleOptions extends OneCycleOptions {
  /** The cycle's highest rate, for all layer groups or spread over them. @default slice(3e-3) */
  readonly maxLr?: LearningRate;
  /** Weight decay, from 0 on, for this fit. @default the learner's */
  readonly wd?: number;
  /** Callbacks for this fit alone, beside the learner's own. @default none */
  readonly callbacks?: readonly Callback[];
}

const kinds: OptionKinds<FitOneCycleOptions> = {
  maxLr: ["number", "object", "list"],
  wd: "number",
  callbacks: "list",
  ...oneCycleKinds,
};

/**
 * See `Learner.fitOneCycle`.
 * @param operation the fit that the cycle is, or is a part of
 */
export async function fitOneCycle(
  trainer: Trainer,
  operation: Operation,
  epochs: number,
  options: FitOneCycleOptions,
): Promise<void> {
  checkOptions("fitOneCycle()", options, kinds);
  const { maxLr = slice(3e-3), wd, callbacks = [], ...cycle } = options;
  requireEpochs(epochs);
  requireCallbacks(callbacks);
  const maxLrs = lrRange(maxLr, trainer.optimizer.groups.length);
  requireOneCycle(cycle);
  const part = cyclePart(epochs, cycle);
  trainer.setWd(wd);
  const scheduler = new OneCycleScheduler(trainer.optimizer, maxLrs, cycle);
  await trainer.train(operation, trainer.phase, part, [scheduler, ...callbacks]);
}
