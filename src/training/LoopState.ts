import type { CallbackRequest } from "./callbacks/Callback.js";
import type { SmoothenState } from "./recorder/SmoothenValue.js";
import type { ValidatedBatch } from "./validate.js";

/** Where a training loop is between two batches, as plain data. */
export interface LoopState {
  /** Among the epoch's training batches, or behind them. */
  readonly phase: "train" | "valid";
  /** The number of the pass over the training data, or over the validation data once that has begun. */
  readonly pass: number;
  readonly epoch: number;
  /** Training batches of this epoch that are done; 0 behind them. */
  readonly batch: number;
  readonly iteration: number;
  readonly lastItems: readonly number[];
  readonly lastLoss: number;
  /** The last epoch's, while the present one trains. */
  readonly validLoss?: number;
  /** Likewise. */
  readonly metrics: readonly number[];
  readonly smooth: SmoothenState;
  /** What callbacks have asked for in this epoch. */
  readonly asked: CallbackRequest;
  /** The validation batches of this epoch that are done. */
  readonly validated: readonly ValidatedBatch[];
  /** Wall time of this epoch until now. */
  readonly seconds: number;
}
