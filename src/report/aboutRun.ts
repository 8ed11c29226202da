import path from "node:path";
import { classCountsInWords } from "../core/classCounts.js";
import { duration } from "../core/duration.js";
import { listed } from "../core/listed.js";
import { dataSource, judgedSet, type RunMetrics } from "../runs/RunMetrics.js";
import { notMedical } from "../core/notMedical.js";
import { mayBeMedical } from "../runs/mayBeMedical.js";
import { imagesInWords, unknownGroups } from "../statistics/imagesInWords.js";
import { kermanySource } from "../xrays/DataSource.js";
import { parametersInWords, type StartedRun } from "../runs/StartedRun.js";

/** A line of a report's foot. */
export interface AboutEntry {
  readonly name: string;
  readonly text: string;
}

/**
 * What one must know to judge a run or to repeat it.
 * @param finished when its notebook ended, as ISO 8601
 */
export function aboutRun(run: RunMetrics, finished?: string): AboutEntry[] {
  const { seconds, versions } = run;
  const isLesson = dataSource(run) !== "other";
  const times = Object.entries(seconds).flatMap(([what, value]) =>
    typeof value === "number" ? [`${timeNames[what] ?? what} ${duration(value)}`] : [],
  );
  return entriesOf([
    [
      "Use",
      [
        ...(isLesson ? ["A lesson in training and in judging what was trained."] : []),
        ...(mayBeMedical(run) ? [notMedical] : []),
      ].join(" "),
    ],
    ["Data", dataInWords(run)],
    [
      "Images",
      `${run.trainSize} for training${perClass(run, "train")}, ${run.validSize} for ${judgedSet(run) === "test" ? "testing" : "validation"}${perClass(run, "valid")}`,
    ],
    [patientsHead(run), patientsInWords(run)],
    ["Protocol", protocolInWords(run)],
    ["Net", `${run.model}, images of ${run.size} x ${run.size} pixels, batches of ${run.bs}`],
    ["Training", `head: ${epochsInWords(run.epochsFrozen)}, whole net: ${epochsInWords(run.epochsUnfrozen)}`],
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
  ]);
}

/**
 * The same of a run that has written no numbers.
 * @param started how it was begun
 * @param finished when its notebook ended, as ISO 8601
 */
export function aboutNotebook(started: StartedRun, finished?: string): AboutEntry[] {
  const { notebook, parameters, dataset, commit } = started;
  const given = parametersInWords(parameters);
  return entriesOf([
    ["Notebook", notebook && path.basename(notebook.file)],
    ["Parameters", given.length === 0 ? "as the notebook has them" : given.join(", ")],
    ["Data", dataset && `The folder ${path.basename(dataset)}`],
    ["Commit", commit],
    ["Finished", finished],
  ]);
}

/** Those that say something. */
const entriesOf = (entries: readonly (readonly [name: string, text: string | undefined])[]): AboutEntry[] =>
  entries.flatMap(([name, text]) => (text === undefined || text === "" ? [] : [{ name, text }]));

function dataInWords(run: RunMetrics): string {
  const { dataset } = run;
  switch (dataSource(run)) {
    case "kermany":
      return kermanySource;
    case "phantom":
      return "Drawn images, not of patients";
    case "other":
      return `The folder ${typeof dataset === "string" ? dataset : dataset.name}`;
    case "unknown":
      return "The run's files, of an earlier version, do not say which images they are about";
  }
}

/** What the images' patients are called in the foot, where they are of any. */
function patientsHead(run: RunMetrics): string {
  if (typeof run.patients === "number") return run.groupNoun === "group" ? "Groups" : "Patients";
  return dataSource(run) === "other" ? "Independence" : "Patients";
}

/** How intervals treat the images of one patient. */
function patientsInWords(run: RunMetrics): string {
  const { patients, validSize, groupNoun } = run;
  return typeof patients === "number"
    ? `there are ${imagesInWords(validSize, judgedSet(run), patients, groupNoun)}, which intervals take into account`
    : `intervals take the ${judgedSet(run)} images as independent: ${unknownGroups}`;
}

/** What the test images were to the training. */
function protocolInWords(run: RunMetrics): string | undefined {
  const { choices, dataset, protocol } = run;
  if (!choices)
    return protocol === "replica"
      ? `replica: the test images serve as validation set${dataSource(run) === "other" ? "" : ", as in the article"}`
      : undefined;
  const { heldOut, tuning } = typeof dataset === "string" ? {} : dataset;
  const heldOutImages = `${heldOut?.images ?? "other"} held-out images`;
  const after = ["temperature", ...(choices.threshold ? ["threshold"] : [])];
  // A stage without a callback for it ends with its last epoch, which nothing has chosen.
  const areChosen = Object.values(choices.epochs).every(({ isLowest = true }) => isLowest);
  const chosen =
    areChosen && tuning
      ? `epochs were chosen on ${tuning.images} validation images, ${listed(after)} on ${heldOutImages}`
      : `${listed([...(areChosen ? ["epochs"] : []), ...after])} chosen on ${heldOutImages}`;
  return `held-out: ${chosen}, and the test images opened once, after that`;
}

/** Such as " (20 cat, 30 dog)". */
function perClass({ classes, dataset }: RunMetrics, split: "train" | "valid"): string {
  if (typeof dataset === "string") return "";
  const counts = classes.map((name) => dataset[split].classes[name] ?? 0);
  return ` (${classCountsInWords(classes, counts)})`;
}

/** "1 epoch". */
export const epochsInWords = (count: number): string => `${count} ${count === 1 ? "epoch" : "epochs"}`;

const timeNames: Readonly<Record<string, string>> = {
  setUp: "set-up",
  data: "finding and checking the images",
  frozen: "head",
  lrFind: "learning-rate finder",
  unfrozen: "whole net",
};
