/** One finished epoch. */
export interface EpochRow {
  /** From 0. */
  readonly epoch: number;
  /** Smoothed over the whole fit, as fast.ai prints it. */
  readonly trainLoss: number;
  /** Mean over the validation items; undefined where validation was skipped. */
  readonly validLoss?: number;
  /** In the order of `metricNames`. */
  readonly metrics: readonly number[];
  /** Wall time, validation included. */
  readonly seconds: number;
}
