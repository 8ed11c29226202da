import type { ClassificationInterpretation } from "../../src/interpretation/ClassificationInterpretation.js";
import type { Table } from "../../src/core/Display.js";
import { formatInterval, formatShare } from "../../src/statistics/format.js";
import { seedMeasures, seedMeasureNames } from "../../src/runs/seedMeasures.js";
import { SeedSweep } from "../../src/runs/SeedSweep.js";
import { type Spread, spreadOf } from "../../src/statistics/spread.js";
import { settingDifferences } from "../../src/runs/RunData.js";
import { article } from "../../src/xrays/compareWithArticle.js";
import type { FastaiRun } from "./FastaiRun.js";
import type { KeptRun } from "./KeptRun.js";

/** What a row of the first table is about. */
const columns = ["", "what was run", "accuracy", "95% CI", "precision", "recall", "specificity", "AUROC"];

/** Every run's numbers below the article's, and those of the seeds of one recipe together. */
export function runsTable(runs: readonly KeptRun[]): Table {
  const { accuracy, precision, recall, specificity, earlier } = article;
  const shares = [accuracy, precision, recall, specificity].map(({ value }) => formatShare(value));
  const [first = "", ...others] = shares;
  return {
    columns,
    rows: [
      ["the article (fast.ai v1, 2019)", "5232 images, 299 px, 8 + 10 epochs", first, "", ...others, ""],
      ["the earlier article (Keras)", "", "", "", earlier.precision, earlier.recall, "", ""],
      ...recipes(runs).flatMap((sweep) => [
        ...sweep.map((run) => row(commandOf(run), whatWasRun(run), run.interp)),
        ...(sweep.length > 1
          ? [row(`these ${sweep.length} together`, "mean of their probabilities", togetherOf(sweep))]
          : []),
      ]),
    ],
  };
}

/** Runs that differ in their seed alone, by seed; the longest training first. */
export function recipes(runs: readonly KeptRun[]): readonly (readonly KeptRun[])[] {
  const groups: KeptRun[][] = [];
  for (const run of runs) {
    const group = groups.find(
      ([first]) => first && settingDifferences(first.metrics, run.metrics).length === 0,
    );
    if (group) group.push(run);
    else groups.push([run]);
  }
  for (const group of groups) group.sort((a, b) => a.metrics.seed - b.metrics.seed);
  return groups.sort(([a], [b]) => cost(b) - cost(a));
}

/** In pixels shown to the net, for the order of the rows. */
function cost(run: KeptRun | undefined): number {
  if (!run) return 0;
  const { size, trainSize, epochsFrozen, epochsUnfrozen } = run.metrics;
  return size ** 2 * trainSize * (epochsFrozen + epochsUnfrozen);
}

const togetherOf = (runs: readonly KeptRun[]) =>
  new SeedSweep(runs.map(({ predictions }) => predictions)).ensemble();

function row(name: string, what: string, interp: ClassificationInterpretation): string[] {
  const { accuracy, precision, recall, specificity, intervals } = interp.metrics();
  const [first = "", ...others] = [accuracy, precision, recall, specificity].map(formatShare);
  const interval = intervals.accuracy ? formatInterval(intervals.accuracy) : "";
  return [name, what, first, interval, ...others, formatShare(interp.areaUnderRoc())];
}

/** The command that makes a run again, with every setting that decides its numbers. */
export function commandOf({ metrics }: Pick<KeptRun, "metrics">): string {
  const { protocol, size, bs, epochsFrozen, epochsUnfrozen, trainPerClass, seed, model } = metrics;
  const flags = [
    ...(protocol === null || protocol === "replica" ? [] : [`--protocol ${protocol}`]),
    `--size ${size} --bs ${bs} --epochs ${epochsFrozen},${epochsUnfrozen} --train-per-class ${trainPerClass}`,
    ...(model === "resnet50" ? [] : [`--model ${model}`]),
    `--seed ${seed}`,
  ];
  return `\`npx xray run ${flags.join(" ")}\``;
}

function whatWasRun({ metrics }: KeptRun): string {
  const { size, trainSize, epochsFrozen, epochsUnfrozen } = metrics;
  return `${trainSize} images, ${size} px, ${epochsFrozen} + ${epochsUnfrozen} epochs`;
}

/** What made a run: where and how long it was computed, and how often it was stopped and gone on with. */
export function provenanceTable(runs: readonly KeptRun[]): Table {
  return {
    columns: ["run", "commit", "device", "hours", "stopped and gone on with"],
    rows: runs.map(({ name, metrics }) => {
      const { total } = metrics.seconds;
      const hours = typeof total === "number" ? (total / 3600).toFixed(2) : "";
      const { commit = "unknown", device, interruptions = [] } = metrics;
      return [`[${name}](results/${name}/report.md)`, commit, device, hours, String(interruptions.length)];
    }),
  };
}

/** A run's confusion matrix beside the article's. */
export function confusionTable(runs: readonly KeptRun[]): Table {
  const { recall, specificity } = article;
  const matrixRow = (name: string, [tp = NaN, fn = NaN, fp = NaN, tn = NaN]: readonly number[]) => [
    name,
    ...[tp, fn, fp, tn].map(String),
  ];
  return {
    columns: ["", "ill, found", "ill, missed", "healthy, false alarm", "healthy, cleared"],
    rows: [
      matrixRow("the article", [
        recall.hits,
        recall.of - recall.hits,
        specificity.of - specificity.hits,
        specificity.hits,
      ]),
      ...runs.map(({ name, metrics }) => {
        const [[tn, fp] = [], [fn, tp] = []] = metrics.confusionMatrix;
        return matrixRow(name, [tp, fn, fp, tn].map(Number));
      }),
    ],
  };
}

/** One seed, run by both programs. */
interface SeedPair {
  readonly ours: KeptRun;
  readonly theirs: FastaiRun;
}

/** The runs of both programs with the same protocol and seed, by seed. */
export function pairsOf(runs: readonly KeptRun[], fastai: readonly FastaiRun[]): SeedPair[] {
  const pairs = fastai.flatMap((theirs) => {
    const ours = runs.find(({ metrics }) =>
      (["size", "bs", "seed", "trainSize", "validSize", "epochsFrozen", "epochsUnfrozen"] as const).every(
        (key) => metrics[key] === theirs[key],
      ),
    );
    return ours ? [{ ours, theirs }] : [];
  });
  return pairs.sort((a, b) => a.theirs.seed - b.theirs.seed);
}

/** Each seed by both programs, their spread, and the paired difference with its interval. */
export function fastaiTable(pairs: readonly SeedPair[]): Table {
  const measured = seedMeasureNames.map((name) => ({
    name,
    ours: pairs.map(({ ours }) => seedMeasures[name](ours.interp)),
    theirs: pairs.map(({ theirs }) => seedMeasures[name](theirs.interp)),
  }));
  const line = (name: string, cell: (values: (typeof measured)[number]) => string, ...more: string[]) => [
    name,
    ...measured.map(cell),
    ...more,
  ];
  const at = (values: readonly number[], i: number) => formatShare(values[i] ?? NaN);
  const memory = (mb: number | undefined) => (mb === undefined ? "" : String(Math.round(mb)));
  return {
    columns: ["", ...seedMeasureNames, "peak memory, MB"],
    rows: [
      ...pairs.flatMap(({ ours, theirs }, i) => [
        line(`fastai, seed ${theirs.seed}`, (each) => at(each.theirs, i), memory(theirs.peakMemoryMB)),
        line(`ours, seed ${theirs.seed}`, (each) => at(each.ours, i), memory(ours.peakMemoryMB)),
      ]),
      line(
        "fastai, from the lowest to the highest",
        ({ theirs }) => formatInterval([Math.min(...theirs), Math.max(...theirs)]),
        "",
      ),
      line("ours less fastai, mean over the seeds", (each) => signed(differences(each).mean), ""),
      line("its 95% CI", (each) => formatInterval(differences(each).interval), ""),
    ],
  };
}

const differences = ({
  ours,
  theirs,
}: {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}): Spread => spreadOf(ours.map((value, i) => value - (theirs[i] ?? NaN)));

const signed = (value: number): string => (value > 0 ? "+" : "") + formatShare(value);
