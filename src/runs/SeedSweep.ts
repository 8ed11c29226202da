import { shownTable } from "../core/asTable.js";
import { inspect } from "node:util";
import { currentDisplay, type Table } from "../core/Display.js";
import { valueAt } from "../core/valueAt.js";
import { ClassificationInterpretation } from "../interpretation/ClassificationInterpretation.js";
import { crossEntropyOfProbabilities } from "../statistics/crossEntropy.js";
import { formatInterval, formatShare } from "../statistics/format.js";
import { type Spread, spreadOf } from "../statistics/spread.js";
import { mean } from "../statistics/sum.js";
import type { StoredPredictions } from "./predictionsFile.js";
import { readSeedRuns } from "./readSeedRuns.js";
import { requireSeedRuns } from "./requireSeedRuns.js";
import { type SeedMeasure, seedMeasureNames, seedMeasures } from "./seedMeasures.js";
import { seedSweepFigure } from "./seedSweepFigure.js";

/** The same training with several seeds: how far the numbers are luck. */
export class SeedSweep {
  private readonly first: StoredPredictions;
  private readonly interps: readonly ClassificationInterpretation[];

  /**
   * @internal `read` makes one
   * @throws UserError when there are no runs, they did not predict the same images, or differ in more than their seed
   */
  constructor(private readonly runs: readonly StoredPredictions[]) {
    this.first = requireSeedRuns(runs);
    this.interps = runs.map(({ preds, paths }) =>
      ClassificationInterpretation.fromPredictions(preds, { paths, set: "test" }),
    );
  }

  /**
   * Reads the finished runs in a folder's folders, by seed.
   * @throws UserError when there are none, or they do not belong together
   */
  static async read(folder: string): Promise<SeedSweep> {
    return new SeedSweep(await readSeedRuns(folder));
  }

  /** In ascending order. */
  get seeds(): readonly number[] {
    return this.runs.map(({ seed }) => seed);
  }

  /** Each run's value of a measure, in the order of the seeds. */
  values(measure: SeedMeasure): number[] {
    return this.interps.map(seedMeasures[measure]);
  }

  /** A measure's mean over the runs, and how far they differ. */
  spread(measure: SeedMeasure): Spread {
    return spreadOf(this.values(measure));
  }

  /**
   * The runs' mean probabilities, judged like a run of its own: several nets that err in different places err less
   * together.
   */
  ensemble(): ClassificationInterpretation {
    const { preds, paths } = this.first;
    const probs = preds.probs.map((_, i) => mean(this.runs.map((run) => valueAt(run.preds.probs, i))));
    return ClassificationInterpretation.fromPredictions(
      { ...preds, probs, losses: crossEntropyOfProbabilities(probs, preds.y) },
      { paths, set: "test" },
    );
  }

  /** Every run, their mean with its interval, and the ensemble. */
  table(): Table {
    const row = (name: string, cell: (measure: SeedMeasure) => string) => [
      name,
      ...seedMeasureNames.map(cell),
    ];
    const ensemble = this.ensemble();
    return shownTable({
      caption:
        `${this.runs.length} runs ${this.common()}; the measures are those of ${ensemble.measuredOf}, and the ` +
        "confidence intervals reflect the choice of seed, not the sampling of images",
      columns: ["seed", ...seedMeasureNames],
      rows: [
        ...this.seeds.map((seed, i) =>
          row(String(seed), (measure) => formatShare(valueAt(this.values(measure), i))),
        ),
        row("mean", (measure) => formatShare(this.spread(measure).mean)),
        row("standard deviation", (measure) => formatShare(this.spread(measure).standardDeviation)),
        row("95% CI of the mean", (measure) => formatInterval(this.spread(measure).interval)),
        row("ensemble", (measure) => formatShare(seedMeasures[measure](ensemble))),
      ],
    });
  }

  /** Shows {@link table}. */
  showRuns(): void {
    currentDisplay().table(this.table());
  }

  /** Draws every run's measures beside each other, with their mean. */
  async plot(): Promise<void> {
    const measured = seedMeasureNames.map((name) => ({
      name,
      values: this.values(name),
      spread: this.spread(name),
    }));
    await currentDisplay().figure(seedSweepFigure(this.seeds, measured));
  }

  /** What a notebook or `console.log` shows. */
  [inspect.custom](): string {
    return `SeedSweep: ${this.runs.length} runs ${this.common()}; seeds ${this.seeds.join(", ")}. showRuns() and plot() show them.`;
  }

  /** What the runs have in common, as far as their files tell. */
  private common(): string {
    const images = `the same ${this.first.paths.length} test images`;
    return this.runs.every(({ settings, dataset }) => settings && dataset)
      ? `with the same settings and on ${images}, which differ in their seed`
      : `on ${images}; not all files say with which settings`;
  }
}
