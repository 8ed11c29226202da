import type { TrainBatch } from "../DataBunch.js";
import type { EvaluatedBatch } from "./evaluate.js";
import type { Variable } from "../../engine/Variable.js";
import type { Accumulated, CloseOptions } from "./NetSession.js";

/** Runs batches through a net in evaluation mode. */
export interface BatchEvaluator {
  /** One batch; `endEvaluation` follows the last one. */
  evaluateBatch(batch: TrainBatch): Promise<EvaluatedBatch>;
  /** Frees the weights as evaluation needs them; its graph stays until the next fit. */
  endEvaluation(): Promise<void>;
}

/** Trains a net batch by batch. */
export interface BatchTrainer extends BatchEvaluator {
  /**
   * One training step.
   * @returns the mean loss before the update
   */
  trainBatch(batch: TrainBatch): Promise<number>;
  /** Makes a step of what is left where gradients accumulate; it follows an epoch's batches. */
  endTrainPass(): Promise<void>;
  /** The gradients that wait for the next step of the optimizer; undefined where there are none. */
  readonly accumulated: Accumulated | undefined;
  /**
   * Has the fit's first batch find gradients that wait already.
   * @param values a sum for each parameter of the optimizer, in its order
   */
  restoreAccumulated(accumulated: Omit<Accumulated, "sums">, values: readonly Float32Array[]): void;
  /** Copies of variables' values as of the last step; the variables stay where they are. */
  copyValues(variables: readonly Variable[]): Promise<readonly Float32Array[]>;
  /**
   * Brings everything back for good; it follows a fit's last epoch.
   * @param options `discard`: nothing is brought back, and the caller assigns all variables
   */
  endSession(options?: CloseOptions): Promise<void>;
}
