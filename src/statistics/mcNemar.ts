import { booleans, checkArguments } from "../core/checkArguments.js";
import { withFields } from "../core/resultTables.js";
import { UserError } from "../core/errors.js";

/** Which of two models is right where only one of them is. */
export interface McNemar {
  /** Items that only the first gets right. */
  readonly onlyFirst: number;
  /** Items that only the second gets right. */
  readonly onlySecond: number;
  /** Two-sided, exact. */
  readonly p: number;
}

/**
 * McNemar's test (1947) of two models' errors on the same items, exact: where both are equally good the items that only
 * one gets right are a fair coin's tosses. It is never too sure of itself, however few they are.
 * @param first whether the first model is right, item by item
 * @throws UserError when there are not as many of both
 */
export function mcNemar(first: readonly boolean[], second: readonly boolean[]): McNemar {
  checkArguments("mcNemar(firstIsRight, secondIsRight)", {
    first: [first, booleans],
    second: [second, booleans],
  });
  if (first.length !== second.length) {
    throw new UserError(
      `${first.length} and ${second.length} items cannot be paired.`,
      "Predict one set with both models, in the same order.",
    );
  }
  const onlyFirst = first.filter((right, i) => right && second[i] === false).length;
  const onlySecond = second.filter((right, i) => right && first[i] === false).length;
  return withFields("McNemar's exact test", { onlyFirst, onlySecond, p: fairCoinP(onlyFirst, onlySecond) });
}

/** The probability of tosses at least as uneven. */
function fairCoinP(a: number, b: number): number {
  const n = a + b;
  let logChoose = 0;
  let tail = 0;
  for (let k = 0; k <= Math.min(a, b); k++) {
    if (k > 0) logChoose += Math.log((n - k + 1) / k);
    tail += Math.exp(logChoose - n * Math.LN2);
  }
  return Math.min(1, 2 * tail);
}
