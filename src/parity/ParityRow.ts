/** One compared number: ours beside fastai's. */
export interface ParityRow {
  readonly name: string;
  readonly ours: number;
  readonly fastai: number;
  /** The difference as the check measures it (relative or absolute, as `unit` says). */
  readonly difference: number;
  readonly tolerance: number;
  readonly unit: "relative" | "absolute";
}

export const agrees = (row: ParityRow): boolean =>
  Number.isFinite(row.difference) && row.difference <= row.tolerance;
