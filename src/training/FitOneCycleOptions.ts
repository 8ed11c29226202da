import type { Callback } from "./Callback.js";
import type { OneCycleOptions } from "./OneCycleScheduler.js";
import type { LearningRate } from "./slice.js";

/** What `fitOneCycle` takes beside the number of epochs. */
export interface FitOneCycleOptions extends OneCycleOptions {
  /** The cycle's highest rate, for all layer groups or spread over them; default slice(3e-3). */
  readonly maxLr?: LearningRate;
  /** Weight decay; default the learner's. */
  readonly wd?: number;
  /** For this fit, beside the learner's own. */
  readonly callbacks?: readonly Callback[];
}
