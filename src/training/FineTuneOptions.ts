import { inRange, integer } from "../inRange.js";
import type { FitOneCycleOptions } from "./FitOneCycleOptions.js";
import { requireOneCycle } from "./OneCycleScheduler.js";
import { slice } from "./slice.js";

/** What `fineTune` takes beside the number of epochs; the defaults are fast.ai v2's. */
export interface FineTuneOptions extends Omit<FitOneCycleOptions, "maxLr" | "totEpochs" | "startEpoch"> {
  /** The head's highest rate. @default 2e-3 */
  readonly baseLr?: number;
  /** Epochs with the body frozen. @default 1 */
  readonly freezeEpochs?: number;
  /** How much less the first layer group learns than the head. @default 100 */
  readonly lrMult?: number;
  /** Of the epochs with everything trained. @default 0.3 */
  readonly pctStart?: number;
  /** Of the epochs with everything trained. @default 5 */
  readonly divFactor?: number;
}

/**
 * The two fits that `fineTune` is made of: of the head, and of everything.
 * @throws UserError naming an option that makes no sense
 */
export function fineTuneStages(options: FineTuneOptions): {
  readonly freezeEpochs: number;
  readonly head: FitOneCycleOptions;
  readonly all: FitOneCycleOptions;
} {
  const { baseLr = 2e-3, freezeEpochs = 1, lrMult = 100, pctStart = 0.3, divFactor = 5, ...rest } = options;
  inRange("baseLr", baseLr, { above: 0 });
  inRange("lrMult", lrMult, { above: 0 });
  integer("freezeEpochs", freezeEpochs, 0);
  const cycle = { finalDiv: 1e5, ...rest };
  requireOneCycle({ ...cycle, pctStart, divFactor });
  return {
    freezeEpochs,
    head: { ...cycle, maxLr: slice(baseLr), pctStart: 0.99 },
    all: { ...cycle, maxLr: slice(baseLr / 2 / lrMult, baseLr / 2), pctStart, divFactor },
  };
}
