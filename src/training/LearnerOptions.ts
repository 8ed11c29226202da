import { requireCallbacks } from "./callbacks/requireCallbacks.js";
import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import { type BackupOptions, backupPlan } from "./backup/BackupOptions.js";
import type { Callback } from "./callbacks/Callback.js";
import type { LossFunc } from "./losses/Loss.js";
import { checkNumber, checkInteger } from "../core/checkNumber.js";
import type { Metric } from "./metrics/metrics.js";
import { metricMakers, requireMade } from "./requireMade.js";
import {
  defaultWd,
  type OptFunc,
  weightDecayKinds,
  type WeightDecayOptions,
} from "./optimizers/Optimizer.js";

/** How a learner trains. */
export interface LearnerOptions extends WeightDecayOptions {
  /** The optimizer: `adam()` or `sgd()`, each with its options. @default adam() */
  readonly optFunc?: OptFunc;
  /** The loss: `crossEntropy()` with its options. @default crossEntropy() */
  readonly lossFunc?: LossFunc;
  /**
   * Train on mixtures of two images, whose shares are drawn from Beta(mixUp, mixUp): fast.ai's MixUp, where it is called
   * `alpha` and is 0.4. Above 0. @default none
   */
  readonly mixUp?: number;
  /** Where the norm of all gradients together is larger than this, above 0, they are scaled down to it. @default none */
  readonly clipGrad?: number;
  /**
   * Take a step of the optimizer only after so many batches, by the mean over all their images: batches of 16 with 4
   * train as batches of 64 in the memory of 16, but for batch norm, which normalises each batch by itself. What is
   * left at an epoch's end makes a step of its own. @default 1
   */
  readonly gradientAccumulation?: number;
  /** Active in every fit, but not in searches for a learning rate: fast.ai's `callback_fns`. @default none */
  readonly callbacks?: readonly Callback[];
  /** Numbers of each epoch's validation, in columns of the table beside the losses. @default none */
  readonly metrics?: readonly Metric[];
  /**
   * The class that recall, precision and their kind speak of: in metrics, callbacks, interpretation and exports.
   * @default of two classes the one that is not a word for normal, else the second; of more none: means over them
   */
  readonly positiveClass?: string;
  /** Decides the draws of dropout's masks, of MixUp and of the weights of a new head. @default the data's seed */
  readonly seed?: number;
  /** Keep training the batch norms of frozen layers. @default true */
  readonly trainBn?: boolean;
  /**
   * Keep of each stage of the net only its input and compute the rest again in the backward pass: less memory for
   * more time, with the same result. ResNet-50 at 224 pixels in batches of 16, unfrozen, took 2.1 GB in place of
   * 2.9 GB and a step 1.2 to 1.5 times as long. @default false
   */
  readonly gradientCheckpointing?: boolean;
  /**
   * Write the whole state of a fit to the disk every few minutes and when it is asked to stop. The same fit, begun again
   * in another process, finds it: a half-done one goes on with the bits that it would have had, a finished one is not
   * repeated but shows its table. @default false
   */
  readonly backup?: boolean | BackupOptions;
  /** The folder of checkpoints and exported files. @default `models` in the run's folder */
  readonly modelDir?: string;
}

export const learnerKinds: OptionKinds<LearnerOptions> = {
  optFunc: "function",
  lossFunc: "function",
  mixUp: "number",
  clipGrad: "number",
  gradientAccumulation: "number",
  callbacks: "list",
  metrics: "list",
  positiveClass: "text",
  seed: "number",
  trainBn: "boolean",
  gradientCheckpointing: "boolean",
  backup: ["boolean", "object"],
  modelDir: "text",
  ...weightDecayKinds,
};

/** @throws UserError naming an option that is not known or makes no sense */
export function requireLearnerOptions(options: LearnerOptions): void {
  checkOptions("new Learner()", options, learnerKinds);
  options.metrics?.forEach((metric, i) => {
    requireMade(`metrics[${i}]`, metric, { kind: "function", makers: metricMakers });
  });
  requireCallbacks(options.callbacks ?? [], (i) => `callbacks[${i}]`);
  const { optFunc, lossFunc } = options;
  if (optFunc !== undefined) requireMade("optFunc", optFunc, { kind: "function", makers: ["adam", "sgd"] });
  if (lossFunc !== undefined)
    requireMade("lossFunc", lossFunc, { kind: "function", makers: ["crossEntropy", "bceWithLogits"] });
  const { wd = defaultWd, clipGrad, mixUp, gradientAccumulation = 1, seed = 0 } = options;
  checkInteger("seed", seed, -Infinity);
  checkNumber("wd", wd, { from: 0 });
  if (clipGrad !== undefined) checkNumber("clipGrad", clipGrad, { above: 0 });
  if (mixUp !== undefined) checkNumber("mixUp", mixUp, { above: 0 });
  checkInteger("gradientAccumulation", gradientAccumulation, 1);
  backupPlan(options.backup ?? false);
}
