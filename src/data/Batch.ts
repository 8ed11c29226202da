/** What a loader hands to training: pixels and labels as plain arrays, ready for one tensor each. */
export interface Batch {
  /** Normalised pixels, `[n, height, width, 3]` row by row, RGB. */
  readonly x: Float32Array;
  /** The shape of `x`. */
  readonly shape: readonly [n: number, height: number, width: number, channels: 3];
  /** Class indices, `[n]`; of items that may have several labels see `targets`. */
  readonly y: Int32Array;
  /**
   * Targets of items that may have several labels, `[n, c]` row by row: 1 it has the label, 0 it has not, NaN it is not known.
   * Undefined: each item is of one class.
   */
  readonly targets?: Float32Array;
  /** Indices of the items in their data set, `[n]`. */
  readonly items: readonly number[];
}
