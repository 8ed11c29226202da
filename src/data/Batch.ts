/** What a loader hands to training: pixels and labels as plain arrays, ready for one tensor each. */
export interface Batch {
  /** Normalised pixels, `[n, height, width, 3]` row by row, RGB. */
  readonly x: Float32Array;
  /** The shape of `x`. */
  readonly shape: readonly [n: number, height: number, width: number, channels: 3];
  /** Class indices, `[n]`. */
  readonly y: Int32Array;
  /** Indices of the items in their data set, `[n]`. */
  readonly items: readonly number[];
}
