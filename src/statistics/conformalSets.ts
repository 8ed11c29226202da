import { UserError } from "../core/errors.js";
import { checkArguments, having, numbers } from "../core/checkArguments.js";
import { labelled } from "./argumentKinds.js";
import { withFields } from "../core/resultTables.js";
import { checkNumber } from "../core/checkNumber.js";
import { formatThreshold } from "./format.js";
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
  /** A class is in the set where 1 less its probability is at most this; null: too few units, it is in every set. */
  readonly limits: readonly (number | null)[];
  /** By how many patients with an image of it each class's limit was chosen, or by how many images, where patients are not known. */
  readonly units: readonly number[];
}

/**
 * Class-conditional conformal sets (Vovk, 2003 and 2012): each class has its own limit, from the images of that class,
 * so that its promise holds for rare classes too. A set of one class is an answer, one of several means that the net is
 * uncertain, an empty one that the image is like none.
 *
 * Where patients are known, each counts once in a class, however many images of it there are of him, and the promise is one
 * for an image of a new patient (Lee, Barber and Willett, "Distribution-free inference with hierarchical data", 2023);
 * where they are not, images are taken as independent.
 * @param preds of images that neither trained the net nor are reported on, best of other patients
 * @param level the share that is promised, such as 0.95
 * @throws UserError when the level is out of range, or an image has no label
 */
export function conformalSets(
  preds: Pick<Predictions, "y" | "classes" | "patients"> & { readonly probs: ArrayLike<number> },
  level = 0.95,
): ConformalSets {
  checkArguments("conformalSets(preds, 0.95)", { preds: [preds, labelled] });
  const { probs, y, classes, patients } = preds;
  checkNumber("level", level, { above: 0, below: 1 });
  requireLabels(y);
  const c = classes.length;
  const own: Scored[][] = classes.map(() => []);
  y.forEach((label, i) => {
    const patient = patients ? valueAt(patients, i) : i;
    own[label]?.push({ score: 1 - valueAt(probs, i * c + label), patient });
  });
  const chosen = own.map((scored) => limitOf(scored, level));
  return withFields("Conformal sets", {
    level,
    classes,
    limits: chosen.map(({ limit }) => limit),
    units: chosen.map(({ units }) => units),
  });
}

const limited = having("sets, as conformalSets() makes them", "limits", "classes");
const answered = having("predictions, as learn.getPreds() gives them", "probs", "y");

/** How badly an image of a class fits it, and whose image it is. */
interface Scored {
  readonly score: number;
  readonly patient: number;
}

/**
 * The smallest score up to which lie, of one patient more than there are, a share: each counts 1, in equal parts for each
 * image.
 */
function limitOf(scored: readonly Scored[], level: number): { limit: number | null; units: number } {
  const images = new Map<number, number>();
  for (const { patient } of scored) images.set(patient, (images.get(patient) ?? 0) + 1);
  const units = images.size;
  // Sums of parts may lack a last digit of a whole number.
  const wanted = (units + 1) * level - 1e-9;
  let counted = 0;
  for (const { score, patient } of [...scored].sort((a, b) => a.score - b.score)) {
    counted += 1 / (images.get(patient) ?? NaN);
    if (counted >= wanted) return { limit: score, units };
  }
  return { limit: null, units };
}

/** How many patients with an image of a class, or how many images, a limit at this level needs at least. */
export function conformalNeeds(level: number): number {
  checkNumber("level", level, { above: 0, below: 1 });
  return Math.ceil(Number((level / (1 - level)).toFixed(9)));
}

/**
 * The classes that an image may be of, by their indices.
 * @param probabilities of each class, in their order
 */
export function conformalSet(
  probabilities: ArrayLike<number>,
  sets: Pick<ConformalSets, "limits">,
): number[] {
  checkArguments("conformalSet(prediction.probabilities, sets)", {
    probabilities: [probabilities, numbers],
    sets: [sets, limited],
  });
  const { limits } = sets;
  if (probabilities.length !== limits.length) {
    throw new UserError(
      `There are ${probabilities.length} probabilities for sets of ${limits.length} classes.`,
      "Give one for each class, in the order of the sets' classes.",
    );
  }
  return limits.flatMap((limit, k) => (limit === null || 1 - valueAt(probabilities, k) <= limit ? [k] : []));
}

/**
 * Whether a class is not the one that its image may be of: there are several, or none, or a threshold calls it another.
 * @param possible what `conformalSet` gives
 * @param label index of the class that is predicted
 */
export const isUncertain = (possible: readonly number[], label: number): boolean =>
  possible.length !== 1 || possible[0] !== label;

/** From which probability on each class belongs to a set, such as "NORMAL from 0.12 on, PNEUMONIA always". */
export function conformalSetsInWords({ classes, limits }: ConformalSets): string {
  return classes
    .map((name, k) => {
      const limit = limits[k] ?? null;
      return limit === null ? `${name} always` : `${name} from ${formatThreshold(1 - limit, 3)} on`;
    })
    .join(", ");
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
  preds: Pick<Predictions, "y"> & { readonly probs: ArrayLike<number> },
  sets: ConformalSets,
): ConformalCoverage {
  checkArguments("conformalCoverage(preds, sets)", { preds: [preds, answered], sets: [sets, limited] });
  const { probs, y } = preds;
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
  return withFields("Conformal sets on these images", {
    sizes: Array.from({ length: c + 1 }, (_, size) => found.filter((each) => each.size === size).length),
    meanSize: mean(found.map(({ size }) => size)),
    coverage: shareRight(found),
    coverageByClass: sets.classes.map((_, k) => shareRight(found.filter(({ label }) => label === k))),
    accuracyOfSingle: shareRight(found.filter(({ size }) => size === 1)),
  });
}
