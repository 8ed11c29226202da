import { readdir } from "node:fs/promises";
import path from "node:path";
import { currentDisplay, type Figure, type Table } from "../core/Display.js";
import { UserError } from "../core/errors.js";
import { dataDifferences, settingDifferences } from "./RunData.js";
import { requireSameImages } from "./compareRuns.js";
import { ClassificationInterpretation } from "../interpretation/ClassificationInterpretation.js";
import { formatShare } from "../statistics/confusionMatrix.js";
import { lossesOf, readPredictions, type StoredPredictions } from "./predictionsFile.js";

/** What is said of each run. */
const measures = ["error rate", "recall", "specificity", "precision", "area under ROC"] as const;
type Measure = (typeof measures)[number];

/** A measure over the runs. */
export interface Spread {
  /** The mean of the runs' values. */
  readonly mean: number;
  /** The sample's, with n - 1; NaN for one run. */
  readonly standardDeviation: number;
  /** 95% for the mean of such runs, after Student; NaN for one run. */
  readonly interval: readonly [low: number, high: number];
}

/** The same training with several seeds: how far the numbers are luck. */
export class SeedSweep {
  private readonly interps: readonly ClassificationInterpretation[];

  /**
   * @internal `read` makes one
   * @throws UserError when there are no runs, they did not predict the same images, or differ in more than their seed
   */
  constructor(private readonly runs: readonly StoredPredictions[]) {
    const [first] = runs;
    if (!first) throw new UserError("There are no runs to compare.", "Run `npx xray seeds --seeds 1..5`.");
    for (const [i, run] of runs.entries()) {
      requireSameImages(first, run, `with the seeds ${first.seed} and ${run.seed}`);
      requireLike(first, run);
      if (runs.findIndex(({ seed }) => seed === run.seed) === i) continue;
      throw new UserError(`Two runs have the seed ${run.seed}.`, "Remove one of their folders.");
    }
    this.interps = runs.map(({ preds, paths }) =>
      ClassificationInterpretation.fromPredictions(preds, { paths, set: "test" }),
    );
  }

  /**
   * Reads the finished runs in a folder's folders, by seed.
   * @throws UserError when there are none, or they do not belong together
   */
  static async read(folder: string): Promise<SeedSweep> {
    const names = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
      throw new UserError(`${folder} cannot be read.`, "Name a folder that `npx xray seeds` wrote.", {
        cause,
      });
    });
    const files = await Promise.all(
      names
        .filter((entry) => entry.isDirectory())
        .map(async ({ name }) => {
          const inside = await readdir(path.join(folder, name));
          return inside.includes("predictions.json") ? [path.join(folder, name, "predictions.json")] : [];
        }),
    );
    const runs = await Promise.all(files.flat().map(readPredictions));
    return new SeedSweep(runs.sort((a, b) => a.seed - b.seed));
  }

  /** In ascending order. */
  get seeds(): readonly number[] {
    return this.runs.map(({ seed }) => seed);
  }

  /** Each run's value of a measure, in the order of the seeds. */
  values(measure: Measure): number[] {
    return this.interps.map((interp) => valueOf(interp, measure));
  }

  /** A measure's mean over the runs, and how far they differ. */
  spread(measure: Measure): Spread {
    return spreadOf(this.values(measure));
  }

  /**
   * The runs' mean probabilities, judged like a run of its own: several nets that err in different places err less
   * together.
   */
  ensemble(): ClassificationInterpretation {
    const [first] = this.runs;
    if (!first) throw new Error("there is at least one run");
    const { preds, paths } = first;
    const probs = preds.probs.map(
      (_, i) => this.runs.reduce((sum, run) => sum + (run.preds.probs[i] ?? NaN), 0) / this.runs.length,
    );
    return ClassificationInterpretation.fromPredictions(
      { ...preds, probs, losses: lossesOf(probs, preds.y) },
      { paths, set: "test" },
    );
  }

  /** Every run, their mean with its interval, and the ensemble. */
  table(): Table {
    const row = (name: string, cell: (measure: Measure) => string) => [name, ...measures.map(cell)];
    const ensemble = this.ensemble();
    return {
      caption: `${this.runs.length} runs ${this.common()}; the measures are those of ${ensemble.measuredOf}, the intervals the seeds', not the images'`,
      columns: ["seed", ...measures],
      rows: [
        ...this.seeds.map((seed, i) =>
          row(String(seed), (measure) => formatShare(this.values(measure)[i] ?? NaN)),
        ),
        row("mean", (measure) => formatShare(this.spread(measure).mean)),
        row("standard deviation", (measure) => formatShare(this.spread(measure).standardDeviation)),
        row("95% interval of the mean", (measure) => {
          const [low, high] = this.spread(measure).interval;
          return Number.isNaN(low) ? "–" : `${formatShare(low)} to ${formatShare(high)}`;
        }),
        row("ensemble", (measure) => formatShare(valueOf(ensemble, measure))),
      ],
    };
  }

  /** Shows {@link table}. */
  showRuns(): void {
    currentDisplay().table(this.table());
  }

  /** Draws every run's measures beside each other, with their mean. */
  async plot(): Promise<void> {
    await currentDisplay().figure(this.figure());
  }

  /** What the runs have in common, as far as their files tell. */
  private common(): string {
    const [first] = this.runs;
    const images = `the same ${first?.paths.length ?? 0} test images`;
    return this.runs.every(({ settings, dataset }) => settings && dataset)
      ? `with the same settings and on ${images}, which differ in their seed`
      : `on ${images}; not all files say with which settings`;
  }

  private figure(): Figure {
    const spreads = measures.map((measure) => this.spread(measure));
    return {
      data: [
        {
          ...{ type: "scatter", mode: "markers", name: "a run", marker: { size: 9, opacity: 0.7 } },
          x: measures.flatMap((measure) => this.seeds.map(() => measure)),
          y: measures.flatMap((measure) => this.values(measure)),
          text: measures.flatMap(() => this.seeds.map((seed) => `seed ${seed}`)),
          hovertemplate: "%{x}: %{y:.3f}, %{text}<extra></extra>",
        },
        {
          ...{ type: "scatter", mode: "markers", name: "mean, and its 95% interval" },
          marker: { size: 14, symbol: "line-ew-open", line: { width: 3 } },
          x: measures,
          y: spreads.map(({ mean }) => mean),
          error_y: {
            type: "data",
            array: spreads.map(({ mean, interval: [, high] }) => high - mean),
            visible: true,
          },
        },
      ],
      layout: {
        title: { text: `${this.runs.length} runs with different seeds` },
        yaxis: { title: { text: "Value" }, range: [0, 1.02] },
        xaxis: { type: "category" },
        legend: { x: 0.98, y: 0.5, xanchor: "right" },
        ...{ width: 700, height: 420 },
      },
      alt: `${this.runs.length} runs. ${measures
        .map((measure, i) => {
          const { mean = NaN, standardDeviation = NaN } = spreads[i] ?? {};
          return `${measure}: mean ${mean.toFixed(3)}, standard deviation ${formatShare(standardDeviation)}`;
        })
        .join("; ")}.`,
    };
  }
}

/** @throws UserError when two runs differ in more than their seed, as far as their files tell */
function requireLike(a: StoredPredictions, b: StoredPredictions): void {
  const differences = [
    ...(a.settings && b.settings ? settingDifferences(a.settings, b.settings) : []),
    ...(a.dataset && b.dataset ? dataDifferences(a.dataset, b.dataset) : []),
    ...(a.preds.positiveClass === b.preds.positiveClass ? [] : ["the positive class"]),
  ];
  if (differences.length === 0) return;
  throw new UserError(
    `The runs with the seeds ${a.seed} and ${b.seed} differ in more than their seed: ${differences.join(", ")}.`,
    "Keep only runs with the same settings and data in one folder; make others under another --name.",
  );
}

function valueOf(interp: ClassificationInterpretation, measure: Measure): number {
  switch (measure) {
    case "error rate":
      return interp.errorRate().value;
    case "recall":
      return interp.recall().value;
    case "specificity":
      return interp.specificity().value;
    case "precision":
      return interp.precision().value;
    case "area under ROC":
      return interp.areaUnderRoc();
  }
}

/** Mean, standard deviation, and the mean's 95% interval by Student's t. */
export function spreadOf(values: readonly number[]): Spread {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardDeviation = n > 1 ? Math.sqrt(squares / (n - 1)) : NaN;
  const half = (studentT[Math.min(n - 1, studentT.length - 1)] ?? NaN) * (standardDeviation / Math.sqrt(n));
  return { mean, standardDeviation, interval: [mean - half, mean + half] };
}

/** Two-sided 95% quantiles of Student's t for 0, 1, 2 ... degrees of freedom; more than 30 are taken for 30. */
const studentT = [
  ...[NaN, 12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788],
  ...[2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595],
  ...[2.0555, 2.0518, 2.0484, 2.0452, 2.0423],
];
