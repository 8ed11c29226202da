import { duration } from "../core/duration.js";
import { dataSource, type RunMetrics } from "../runs/RunMetrics.js";

/** A line of a report's foot. */
export interface AboutEntry {
  readonly name: string;
  readonly text: string;
}

const kermany =
  "Kermany, Zhang and Goldbaum, Labeled Optical Coherence Tomography (OCT) and Chest X-Ray Images for " +
  "Classification, Mendeley Data, doi 10.17632/rscbjbr9sj, licence CC BY 4.0";

/**
 * What one must know to judge a run or to repeat it.
 * @param finished when its notebook ended, as ISO 8601
 */
export function aboutRun(run: RunMetrics, finished?: string): AboutEntry[] {
  const { seconds, versions } = run;
  const times = Object.entries(seconds).flatMap(([what, value]) =>
    typeof value === "number" ? [`${timeNames[what] ?? what} ${duration(value)}`] : [],
  );
  const entries: readonly (readonly [name: string, text: string | undefined])[] = [
    ["Use", "A lesson in training and in judging what was trained. Not a medical device."],
    ["Data", dataInWords(run)],
    [
      "Images",
      `${run.trainSize} for training${perClass(run, "train")}, ${run.validSize} for testing${perClass(run, "valid")}`,
    ],
    ["Net", `${run.model}, images of ${run.size} x ${run.size} pixels, batches of ${run.bs}`],
    ["Training", `head: ${epochs(run.epochsFrozen)}, whole net: ${epochs(run.epochsUnfrozen)}`],
    ["Seed", String(run.seed)],
    ["Device", run.device === "gpu" ? "GPU" : "CPU"],
    ["Time", times.join(", ")],
    ["Time budget", run.budget?.words],
    [
      "Versions",
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    ],
    ["Commit", run.commit],
    ["Finished", finished],
  ];
  return entries.flatMap(([name, text]) => (text === undefined || text === "" ? [] : [{ name, text }]));
}

function dataInWords(run: RunMetrics): string {
  const { dataset } = run;
  switch (dataSource(run)) {
    case "kermany":
      return kermany;
    case "phantom":
      return "Drawn images, not of patients";
    case "other":
      return `The folder ${typeof dataset === "string" ? dataset : dataset.name}`;
    case "unknown":
      return "The run's files, of an earlier version, do not say which images they are about";
  }
}

/** Such as " (20 cat, 30 dog)". */
function perClass({ classes, dataset }: RunMetrics, split: "train" | "valid"): string {
  if (typeof dataset === "string") return "";
  return ` (${classes.map((name) => `${dataset[split].classes[name] ?? 0} ${name}`).join(", ")})`;
}

const epochs = (count: number): string => `${count} ${count === 1 ? "epoch" : "epochs"}`;

const timeNames: Readonly<Record<string, string>> = {
  setUp: "set-up",
  data: "finding and checking the images",
  frozen: "head",
  lrFind: "learning-rate finder",
  unfrozen: "whole net",
};
