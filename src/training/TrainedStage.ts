import type { HistoryRow } from "./HistoryRow.js";

/** All epochs with the same layers frozen, and the net that they have led to. */
export interface TrainedStage {
  /** Whether some layers were frozen. */
  readonly phase: HistoryRow["phase"];
  /** Its epochs, in their order, of one or several fits. */
  readonly rows: readonly HistoryRow[];
  /**
   * After which of them the next stage began, or, of the last stage, which of them the net is of now: an index in `rows`,
   * which is that of the last one where nothing was loaded. Undefined: of none of them, or it is not known.
   */
  readonly kept?: number;
}
