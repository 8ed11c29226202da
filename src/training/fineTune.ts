import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import { checkNumber, checkInteger } from "../core/checkNumber.js";
import { requireEpochs } from "./fit.js";
import { fitOneCycle, type FitOneCycleOptions } from "./fitOneCycle.js";
import { requireOneCycle } from "./callbacks/OneCycleScheduler.js";
import { slice } from "./optimizers/slice.js";
import type { Trainer } from "./Trainer.js";

/** What `fineTune` takes beside the number of epochs; the defaults are fast.ai v2's. */
export interface FineTuneOptions extends Omit<FitOneCycleOptions, "maxLr" | "totEpochs" | "startEpoch"> {
  /** The head's highest rate. @default 2e-3 */
  readonly baseLr?: number;
  /** Epochs with the body frozen. @default 1 */
  readonly freezeEpochs?: number;
  /** How much less the first layer group learns than the head. @default 100 */
  readonly lrMult?: number;
  /** As in `fitOneCycle`, for the epochs with everything trained. @default 0.3 */
  readonly pctStart?: number;
  /** As in `fitOneCycle`, for the epochs with everything trained. @default 5 */
  readonly divFactor?: number;
}

const kinds: OptionKinds<FineTuneOptions> = {
  baseLr: "number",
  freezeEpochs: "number",
  lrMult: "number",
  moms: "list",
  divFactor: "number",
  pctStart: "number",
  finalDiv: "number",
  wd: "number",
  callbacks: "list",
};

/** See `Learner.fineTune`. */
export async function fineTune(trainer: Trainer, epochs: number, options: FineTuneOptions): Promise<void> {
  checkOptions("fineTune()", options, kinds);
  const { baseLr = 2e-3, freezeEpochs = 1, lrMult = 100, pctStart = 0.3, divFactor = 5, ...rest } = options;
  requireEpochs(epochs);
  checkNumber("baseLr", baseLr, { above: 0 });
  checkNumber("lrMult", lrMult, { above: 0 });
  checkInteger("freezeEpochs", freezeEpochs, 0);
  const cycle: FitOneCycleOptions = { finalDiv: 1e5, ...rest };
  const head = { ...cycle, maxLr: slice(baseLr), pctStart: 0.99 };
  const all = { ...cycle, maxLr: slice(baseLr / 2 / lrMult, baseLr / 2), pctStart, divFactor };
  requireOneCycle(all);
  await trainer.runner.run("fineTune()", "fit", async (operation) => {
    trainer.freezeTo(-1);
    if (freezeEpochs > 0) await fitOneCycle(trainer, operation, freezeEpochs, head);
    trainer.freezeTo(0);
    await fitOneCycle(trainer, operation, epochs, all);
  });
}
