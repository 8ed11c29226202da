import type { Cnn } from "../models/Cnn.js";
import type { CheckpointOptions } from "./checkpoint.js";
import type { DataBunch } from "./DataBunch.js";
import type { GetPredsOptions } from "./getPreds.js";
import type { HistoryRow, Timing } from "./HistoryRow.js";
import type { Metric } from "./metrics/metrics.js";
import type { Optimizer } from "./optimizers/Optimizer.js";
import type { Predictions } from "../statistics/Predictions.js";
import type { Recorder } from "./recorder/Recorder.js";
import type { ValidateOptions, Validation } from "./validate.js";

/** A learner as the callbacks of its fit see it: what it is, and what they may do with it. See {@link Learner}. */
export interface TrainedLearner {
  /** What it trains and validates on; it may be changed between two epochs. */
  data: DataBunch;
  /** The net. Whoever reads a weight gets the value of the last step. */
  readonly model: Cnn;
  /** The architecture's name. */
  readonly arch: string;
  /** The columns of the table beside the losses. */
  readonly metrics: readonly Metric[];
  /** The class that recall, precision and their kind speak of. */
  readonly positiveClass: string | undefined;
  /** What moves the layers that are trained; its rates may be set. */
  readonly optimizer: Optimizer;
  /** What this fit went through up to now. */
  readonly recorder: Recorder;
  /** Every epoch of the fits before this one. */
  readonly history: readonly HistoryRow[];
  /** Wall seconds of each finished fit and search, in their order. */
  readonly timings: readonly Timing[];
  /** Where `save` puts its files. */
  readonly modelDir: string;
  /** Predictions for a set, in its order. */
  getPreds(options?: GetPredsOptions): Promise<Predictions>;
  /** Loss and metrics of a set. */
  validate(options?: ValidateOptions): Promise<Validation>;
  /** Writes a checkpoint. */
  save(name: string, options?: CheckpointOptions): Promise<void>;
  /** Reads what `save` wrote; the fit goes on from there. */
  load(name: string, options?: CheckpointOptions): Promise<unknown>;
}
