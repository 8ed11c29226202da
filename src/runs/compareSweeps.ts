import type { Table } from "../core/Display.js";
import { UserError } from "../core/errors.js";
import { valueAt } from "../core/valueAt.js";
import { ClassificationInterpretation } from "../interpretation/ClassificationInterpretation.js";
import { imagesInWords } from "../statistics/imagesInWords.js";
import { bootstrapSeeds } from "../statistics/bootstrapSeeds.js";
import { compareSeeds, type SeedComparison, seedsNeeded } from "../statistics/compareSeeds.js";
import { formatInterval, formatP, formatShare } from "../statistics/format.js";
import { mean } from "../statistics/sum.js";
import { requireSameImages } from "./requireSameImages.js";
import type { StoredPredictions } from "./predictionsFile.js";
import { requireSeedRuns } from "./requireSeedRuns.js";
import { type SeedMeasure, seedMeasureNames } from "./seedMeasures.js";
import { weightedMeasures } from "./weightedMeasures.js";

/** The runs of `xray seeds`, and what they are called. */
export interface NamedSweep {
  readonly name: string;
  readonly runs: readonly StoredPredictions[];
}

/** The difference whose number of seeds is told: one point. */
const onePoint = 0.01;

/**
 * Two recipes, each trained with the same seeds: by how much they differ in each measure, and how far that is luck of
 * the seed, or of the seeds and the test images together.
 * @param what the images are called, such as "test"
 * @throws UserError when the sweeps have no seed in common, did not predict the same images, or one is of several
 * recipes
 */
export function compareSweeps(first: NamedSweep, second: NamedSweep, what = "test"): Table {
  requireSameImages(
    requireSeedRuns(first.runs),
    requireSeedRuns(second.runs),
    `${first.name} and ${second.name}`,
  );
  const pairs = pairsBySeed(first, second);
  const measures = pairs.map((pair) => pair.map(measuresOf));
  const images = measures[0]?.[0]?.images ?? 0;
  const everyImageOnce = new Uint8Array(images).fill(1);
  const measured = measures.map((pair) => pair.map(({ weighted }) => weighted(everyImageOnce)));
  const values = (side: 0 | 1, measure: SeedMeasure) => measured.map((pair) => valueAt(pair, side)[measure]);
  // Any of the files may know whose images they are; those of earlier versions do not say it.
  const known = pairs.flat().find(({ preds }) => preds.patients)?.preds;
  const { patients: groups, groupNoun = "patient" } = known ?? {};
  const drawn = groups ? `${groupNoun}s` : "images";
  const differencesOf = (seed: number, weights: Float64Array) => {
    const [a, b] = valueAt(measures, seed).map(({ weighted }) => weighted(weights));
    const differences = seedMeasureNames.map((name) => [name, (a?.[name] ?? NaN) - (b?.[name] ?? NaN)]);
    return Object.fromEntries(differences) as Record<SeedMeasure, number>;
  };
  // Drawing one seed anew gives that seed: the interval would be one over images alone.
  const both = pairs.length < 2 ? undefined : bootstrapSeeds(pairs.length, images, differencesOf, { groups });
  const compared = seedMeasureNames.map((name) => ({
    name,
    means: ([0, 1] as const).map((side) => mean(values(side, name))),
    seeds: compareSeeds(values(0, name), values(1, name), { higherIsBetter: name !== "error rate" }),
    interval: both?.[name] ?? ([NaN, NaN] as const),
  }));
  const inWords = pairs.length === 1 ? "1 seed" : `${pairs.length} seeds`;
  const { smallestP = 1 } = compared[0]?.seeds ?? {};
  const isEqual = compared.some(({ seeds }) => seeds.difference.standardDeviation === 0);
  return {
    caption:
      `${inWords} in common (${pairs.map(([{ seed }]) => seed).join(", ")}), ${imagesInWords(images, what, groups, groupNoun)}, measures ` +
      `of ${measures[0]?.[0]?.measuredOf ?? ""}; differences are ${first.name} less ${second.name}`,
    columns: [
      "measure",
      first.name,
      second.name,
      "difference",
      "95% CI over seeds",
      `95% CI over seeds and ${drawn}`,
      "p value",
      `${first.name} is better with`,
      "share of seeds (95% CI)",
      "seeds for one point",
    ],
    rows: compared.map(({ name, means, seeds, interval }) => [
      name,
      ...means.map(formatShare),
      formatShare(seeds.difference.mean),
      formatInterval(seeds.difference.interval),
      formatInterval(interval),
      formatP(seeds.p),
      `${seeds.wins} of ${pairs.length}${seeds.ties > 0 ? `, ${seeds.ties} equal` : ""}`,
      winsInWords(seeds, pairs.length),
      countInWords(neededFor(seeds.difference.standardDeviation)),
    ]),
    note:
      (pairs.length < 2 ? "With one seed nothing is known of other seeds. " : "") +
      (isEqual
        ? "In some measures the difference is the same with every seed: an interval of no width is no certainty. "
        : "") +
      `Over seeds: Student's interval, and a test that flips the differences' signs, which with ${inWords} can ` +
      `give no p value below ${formatP(smallestP)}. Over seeds and ${drawn}: both are drawn anew (pigeonhole bootstrap). The ` +
      `share is that of the seeds with which ${first.name} is better, equal ones not among them, with Wilson's interval. The last column is how many seeds ` +
      "each recipe needs for a difference of one point to be found (paired t test at 5%, power 80%).",
  };
}

function pairsBySeed(
  first: NamedSweep,
  second: NamedSweep,
): (readonly [StoredPredictions, StoredPredictions])[] {
  const pairs = first.runs.flatMap((run) => {
    const other = second.runs.find(({ seed }) => seed === run.seed);
    return other ? [[run, other] as const] : [];
  });
  if (pairs.length > 0) return pairs;
  const seeds = ({ runs }: NamedSweep) => runs.map(({ seed }) => seed).join(", ");
  throw new UserError(
    `${first.name} (seeds ${seeds(first)}) and ${second.name} (seeds ${seeds(second)}) have no seed in common.`,
    "Run both with the same seeds: `npx xray seeds --seeds 1..5`.",
  );
}

function measuresOf({ preds, paths }: StoredPredictions) {
  const { positiveClass, measuredOf } = ClassificationInterpretation.fromPredictions(preds, { paths });
  return { images: preds.y.length, measuredOf, weighted: weightedMeasures(preds, positiveClass) };
}

const winsInWords = ({ wins, wilson }: SeedComparison, seeds: number): string =>
  `${(wins / seeds).toFixed(2)} (${wilson.map((end) => end.toFixed(2)).join(" to ")})`;

/** Where the seeds do not differ, it is not known how much they do. */
const neededFor = (standardDeviation: number): number =>
  standardDeviation === 0 ? NaN : seedsNeeded(standardDeviation, onePoint);

const countInWords = (seeds: number): string => (Number.isNaN(seeds) ? "–" : String(seeds));
