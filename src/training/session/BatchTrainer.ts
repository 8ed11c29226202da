import type { TrainBatch } from "../DataBunch.js";
import type { EvaluatedBatch } from "./evaluate.js";
import type { CloseOptions } from "./NetSession.js";

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
  /**
   * Brings everything back for good; it follows a fit's last epoch.
   * @param options `discard`: nothing is brought back, and the caller assigns all variables
   */
  endSession(options?: CloseOptions): Promise<void>;
}
