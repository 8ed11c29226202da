import { checkOptions } from "../core/checkOptions.js";
import { checkNumber } from "../core/checkNumber.js";
import { type BinaryScores, countsAt, operatingPoints, totalsOf } from "./BinaryScores.js";
import type { Counts } from "./Counts.js";
import { UserError } from "../core/errors.js";

/** What a threshold is chosen for. */
export type ThresholdRule =
  | {
      /** The highest threshold that still finds this share of the positives. */
      readonly recall: number;
    }
  | {
      /** The least total cost, where a missed positive costs this many false alarms. */
      readonly costOfMiss: number;
    }
  /** The most of recall + specificity - 1 (Youden, 1950). */
  | "youden";

/** A threshold, why it was chosen, and what it does on the set that it was chosen on. */
export interface ChosenThreshold {
  /** An item with a score from here on is predicted positive. */
  readonly threshold: number;
  /** What it was chosen for, in words. */
  readonly rule: string;
  /** On the choosing set, where it looks better than it will elsewhere. */
  readonly counts: Counts;
}

/**
 * Chooses where to draw the line. Choose on images that neither trained the net nor are reported on: a threshold that
 * is chosen on the test set promises what it cannot keep.
 * @throws UserError when the rule makes no sense, or a class is absent
 */
export function chooseThreshold(scored: BinaryScores, rule: ThresholdRule): ChosenThreshold {
  const points = operatingPoints(scored);
  const { positives, negatives } = totalsOf(points);
  if (positives === 0 || negatives === 0) {
    throw new UserError(
      `There are ${positives} positive and ${negatives} negative items to choose by.`,
      "Choose the threshold on a set with both classes.",
    );
  }
  const { words, worth } = worthOf(rule, positives, negatives);
  // The highest threshold of equals, for the fewest alarms; "nothing is positive" is among the candidates.
  let best = { threshold: Infinity, worth: worth(0, 0) };
  for (const { threshold, tp, fp } of points) {
    const value = worth(tp, fp);
    if (value > best.worth) best = { threshold, worth: value };
  }
  return { threshold: best.threshold, rule: words, counts: countsAt(scored, best.threshold) };
}

function worthOf(
  rule: ThresholdRule,
  positives: number,
  negatives: number,
): { readonly words: string; readonly worth: (tp: number, fp: number) => number } {
  if (rule === "youden") {
    return {
      words: "the highest Youden index (recall + specificity - 1)",
      worth: (tp, fp) => tp / positives - fp / negatives,
    };
  }
  if (typeof rule === "string") {
    throw new UserError(
      `The rule is ${JSON.stringify(rule)}.`,
      'Give "youden", { recall: 0.95 } or { costOfMiss: 10 }.',
    );
  }
  checkOptions("chooseThreshold()", rule, { recall: "number", costOfMiss: "number" });
  if ("recall" in rule) {
    const wanted = checkNumber("recall", rule.recall, { above: 0, to: 1 });
    return {
      words: `a recall of at least ${wanted} with the fewest false alarms`,
      worth: (tp, fp) => (tp / positives >= wanted ? 1 - fp / negatives : -1),
    };
  }
  const cost = checkNumber("costOfMiss", rule.costOfMiss, { above: 0 });
  return {
    words: `the lowest cost, a missed case counting as much as ${cost} false alarms`,
    worth: (tp, fp) => -(cost * (positives - tp) + fp),
  };
}
