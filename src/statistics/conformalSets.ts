import { checkNumber } from "../core/checkNumber.js";
import type { Predictions } from "./Predictions.js";
import { requireLabels } from "./predictedClasses.js";
import { mean } from "./sum.js";
import { valueAt } from "../core/valueAt.js";

/** From when on a class belongs to an image's set of possible classes. Plain JSON, to travel with a model. */
export interface ConformalSets {
  /** The share of each class's images whose set holds their class, in 0..1. */
  readonly level: number;
  /** Class names, in the order of the probabilities. */
  readonly classes: readonly string[];
  /** A class is in the set where 1 less its probability is at most this; null: too few images, it is in every set. */
  readonly limits: readonly (number | null)[];
}

/**
 * Class-conditional conformal sets (Vovk, 2003 and 2012): each class has its own limit, from the images of that class,
 * so that its promise holds for rare classes too. A set of one class is an answer, one of several means that the net is
 * uncertain, an empty one that the image is like none.
 * @param preds of images that neither trained the net nor are reported on, best of other patients
 * @param level the share that is promised, such as 0.95
 * @throws UserError when the level is out of range, or an image has no label
 */
export function conformalSets(
  { probs, y, classes }: Pick<Predictions, "y" | "classes"> & { readonly probs: ArrayLike<number> },
  level = 0.95,
): ConformalSets {
  checkNumber("level", level, { above: 0, below: 1 });
  requireLabels(y);
  const c = classes.length;
  const own: number[][] = classes.map(() => []);
  y.forEach((label, i) => own[label]?.push(1 - valueAt(probs, i * c + label)));
  const limits = own.map((values) => {
    // Rounded first: (n + 1) times the level may be a whole number and a last digit.
    const rank = Math.ceil(Number(((values.length + 1) * level).toFixed(9)));
    return values.sort((a, b) => a - b)[rank - 1] ?? null;
  });
  return { level, classes, limits };
}

/** How many images of a class a limit at this level needs at least. */
export const conformalNeeds = (level: number): number => Math.ceil(Number((level / (1 - level)).toFixed(9)));

/**
 * The classes that an image may be of, by their indices.
 * @param probabilities of each class, in their order
 */
export function conformalSet(
  probabilities: ArrayLike<number>,
  { limits }: Pick<ConformalSets, "limits">,
): number[] {
  return limits.flatMap((limit, k) => (limit === null || 1 - valueAt(probabilities, k) <= limit ? [k] : []));
}

/** What sets do on other images than they were chosen on. */
export interface ConformalCoverage {
  /** How many images have a set of 0, 1, 2, ... classes. */
  readonly sizes: readonly number[];
  /** The mean number of classes in a set. */
  readonly meanSize: number;
  /** The share of images whose set holds their class. */
  readonly coverage: number;
  /** The same in each class; NaN where there is no image of it. */
  readonly coverageByClass: readonly number[];
  /** The share of the sets of one class that hold the right one; NaN where there is no such set. */
  readonly accuracyOfSingle: number;
}

/**
 * How often sets hold the right class, and how large they are.
 * @throws UserError when an image has no label
 */
export function conformalCoverage(
  { probs, y }: Pick<Predictions, "y"> & { readonly probs: ArrayLike<number> },
  sets: ConformalSets,
): ConformalCoverage {
  requireLabels(y);
  const c = sets.classes.length;
  const found = Array.from(y, (label, i) => {
    const set = conformalSet(
      Array.from({ length: c }, (_, k) => valueAt(probs, i * c + k)),
      sets,
    );
    return { label, size: set.length, right: Number(set.includes(label)) };
  });
  const shareRight = (among: typeof found) => mean(among.map(({ right }) => right));
  return {
    sizes: Array.from({ length: c + 1 }, (_, size) => found.filter((each) => each.size === size).length),
    meanSize: mean(found.map(({ size }) => size)),
    coverage: shareRight(found),
    coverageByClass: sets.classes.map((_, k) => shareRight(found.filter(({ label }) => label === k))),
    accuracyOfSingle: shareRight(found.filter(({ size }) => size === 1)),
  };
}
