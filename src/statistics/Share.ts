/** A measure that is a share: `hits` of `of` items. */
export interface Share {
  /** The numerator; NaN for a mean over classes, which has no counts. */
  readonly hits: number;
  /** The denominator; NaN for a mean over classes. */
  readonly of: number;
  /** hits / of, or the mean; NaN when there is nothing to be a share of. */
  readonly value: number;
}

/** `hits` of `of`. */
export const share = (hits: number, of: number): Share => ({ hits, of, value: of === 0 ? NaN : hits / of });

/** How many items are so. */
export const shareOfTrue = (items: readonly boolean[]): Share =>
  share(items.filter(Boolean).length, items.length);
