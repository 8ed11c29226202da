/** How many scores lie outside 0 to 1, and are no probabilities. */
export const outsideOfShares = (scores: Float64Array): number =>
  scores.filter((score) => score < 0 || score > 1).length;

/** The threshold of probabilities where nobody says another. */
export const evenThreshold = 0.5;

/**
 * Why a threshold is doubtful: that of probabilities means little for logits or percentages.
 * @returns undefined where it is not
 */
export const doubtOfThreshold = (scores: Float64Array, threshold: number): string | undefined =>
  threshold === evenThreshold && outsideOfShares(scores) > 0
    ? "the scores are no probabilities, of which 0.5 is the usual threshold: theirs is another one, unless it was chosen"
    : undefined;
