import type { EpochRow } from "./recorder/EpochRow.js";

/** A finished epoch of `fit` or `fitOneCycle`, with the stage it belongs to. */
export interface HistoryRow extends EpochRow {
  /** Whether some layers were frozen. */
  readonly phase: "frozen" | "unfrozen";
}

/** How long a fit or a search took. */
export interface Timing {
  /** "frozen", "unfrozen" and "lrFind", or "fit" with one of the first two. */
  readonly what: string;
  /** Wall time. */
  readonly seconds: number;
}
