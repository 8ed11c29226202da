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

/** A row whose difference is a part of fastai's number. */
export const relative = (name: string, ours: number, fastai: number, tolerance: number): ParityRow => ({
  name,
  ours,
  fastai,
  tolerance,
  unit: "relative",
  difference: Math.abs(ours - fastai) / Math.abs(fastai),
});

/** A row whose difference is taken as it is. */
export const absolute = (name: string, ours: number, fastai: number, tolerance: number): ParityRow => ({
  name,
  ours,
  fastai,
  tolerance,
  unit: "absolute",
  difference: Math.abs(ours - fastai),
});

export const agrees = (row: ParityRow): boolean =>
  Number.isFinite(row.difference) && row.difference <= row.tolerance;
