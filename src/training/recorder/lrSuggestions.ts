import { UserError } from "../../core/errors.js";
import { checkArguments, numbers } from "../../core/checkArguments.js";
import { shortNumber } from "../../core/shortNumber.js";
import { inColumns, withWords } from "../../core/withWords.js";
import { argmin } from "../../statistics/argmin.js";

/** Learning rates read off a search: fast.ai v1's one suggestion and v2's four. */
export interface LrSuggestions {
  /** Where the loss falls fastest from step to step: fast.ai v1's "min numerical gradient". */
  readonly minNumericalGradient: number;
  /** Two thirds into the longest way down (v2's default; ESRI's rule). */
  readonly valley: number;
  /** The right end of the last stretch in which the slope hardly changes (Novetta's rule). */
  readonly slide: number;
  /** A tenth of the rate at the lowest loss. */
  readonly minimum: number;
  /** Where the loss falls fastest over the logarithm of the rate. */
  readonly steep: number;
}

/**
 * Suggestions for a curve of smoothed losses over rising rates, by the formulas of fast.ai v1's `Recorder.plot` and
 * v2's `fastai.callback.schedule`.
 * @param lrs rising rates
 * @param losses as many smoothed losses; from the first NaN on they do not count
 * @returns undefined for fewer than 3 points
 */
export function lrSuggestions(lrs: readonly number[], losses: readonly number[]): LrSuggestions | undefined {
  checkArguments("lrSuggestions(learn.recorder.lrs, learn.recorder.losses)", {
    lrs: [lrs, numbers],
    losses: [losses, numbers],
  });
  if (lrs.length !== losses.length) {
    throw new UserError(
      `There are ${lrs.length} learning rates and ${losses.length} losses.`,
      "Give one loss for each rate.",
    );
  }
  const end = losses.findIndex(Number.isNaN);
  const [rates, values] = end === -1 ? [lrs, losses] : [lrs.slice(0, end), losses.slice(0, end)];
  if (rates.length < 3) return undefined;
  const at = (index: number): number => rates.at(index) ?? NaN;
  const suggested: LrSuggestions = {
    minNumericalGradient: at(argmin(gradient(values))),
    valley: at(valley(values)),
    slide: at(slide(values)),
    minimum: at(argmin(values)) / 10,
    steep: at(steep(rates, values)),
  };
  return withWords(suggested, inWords);
}

const meanings: Readonly<Record<keyof LrSuggestions, string>> = {
  valley: "two thirds into the longest way down: fast.ai v2's suggestion",
  minNumericalGradient: "where the loss falls fastest from step to step: fast.ai v1's",
  minimum: "a tenth of the rate at the lowest loss",
  steep: "where the loss falls fastest over the logarithm of the rate",
  slide: "the end of the last stretch in which the slope hardly changes",
};

function inWords(suggested: LrSuggestions): string {
  const names = Object.keys(meanings) as (keyof LrSuggestions)[];
  return `Learning rates that the search suggests:\n${inColumns(
    names.map((name) => [name, shortNumber(suggested[name]), meanings[name]]),
  )}`;
}

/** Differences between the neighbours of each value, halved; to the one neighbour at the ends (NumPy's `gradient`). */
function gradient(values: readonly number[]): number[] {
  const last = values.length - 1;
  return values.map((_, i) => {
    const [from, to] = [Math.max(0, i - 1), Math.min(last, i + 1)];
    return ((values[to] ?? NaN) - (values[from] ?? NaN)) / (to - from);
  });
}

/** The middle of the longest falling subsequence of losses; the first point where none falls. */
function valley(losses: readonly number[]): number {
  const lengths = losses.map(() => 1);
  for (const [i, loss] of losses.entries()) {
    for (let j = 0; j < i; j++) {
      if ((losses[j] ?? NaN) > loss) lengths[i] = Math.max(lengths[i] ?? 1, (lengths[j] ?? 1) + 1);
    }
  }
  const length = Math.max(...lengths);
  if (length === 1) return 0;
  const start = lengths.indexOf(length) - length;
  const section = length / 3;
  return start + Math.trunc(section) + Math.trunc(section / 2);
}

/** A window of 15 steps goes left from the right end while the slopes at its ends differ by more than 0.005. */
function slide(losses: readonly number[]): number {
  const [slopes, width, threshold] = [gradient(losses), 15, 0.005];
  let [right, left] = [-1, -1 - width];
  let found = left;
  const slope = (index: number): number => slopes.at(index) ?? NaN;
  while (left >= -losses.length && Math.abs(slope(right) - slope(left)) > threshold) {
    found = left;
    right--;
    left--;
  }
  return Math.max(found, -losses.length);
}

function steep(lrs: readonly number[], losses: readonly number[]): number {
  const falls = losses.slice(1).map((loss, i) => {
    const [from = NaN, to = NaN] = [lrs[i], lrs[i + 1]];
    return (loss - (losses[i] ?? NaN)) / (Math.log(to) - Math.log(from));
  });
  return argmin(falls);
}
