/** One of our numbers beside fastai's at the same place. */
export interface Pair {
  readonly ours: number;
  readonly fastai: number;
  /** Absolute. */
  readonly difference: number;
}

/** Our numbers beside fastai's; one that we lack is NaN. */
export function pairs(ours: ArrayLike<number>, fastai: readonly number[]): Pair[] {
  return fastai.map((theirs, i) => {
    const own = ours[i] ?? NaN;
    return { ours: own, fastai: theirs, difference: Math.abs(own - theirs) };
  });
}

/** The pair that differs most; a NaN, which a comparison would hide, differs more than any number. */
export function farthest(all: readonly Pair[]): Pair {
  return all.reduce((worst, pair) =>
    Number.isNaN(worst.difference) || pair.difference <= worst.difference ? worst : pair,
  );
}

/** The mean of the pairs' differences. */
export function meanDifference(all: readonly Pair[]): number {
  return all.reduce((sum, { difference }) => sum + difference, 0) / all.length;
}
