import path from "node:path";
import { tableText } from "../display/table.js";
import { compareRuns, type NamedRun } from "../runs/compareRuns.js";
import { readPredictions } from "../runs/predictionsFile.js";
import { dataSource, type RunMetrics } from "../runs/RunMetrics.js";
import { dataDifferences, settingDifferences } from "../runs/RunData.js";
import { runFolder } from "./report.js";
import { readRun } from "../runs/readRun.js";

/**
 * `xray compare RUN RUN`: prints two runs' numbers on the same test images, and whether they differ by more than luck.
 * @param runs folders, or their names in `runs/`
 * @throws UserError when a run is not there, or they did not predict the same images
 */
export async function compare(...runs: readonly [first: string, second: string]): Promise<void> {
  const [first, second] = [await runFolder(runs[0]), await runFolder(runs[1])];
  const [a, b] = [await namedRun(first), await namedRun(second)];
  const what = [a, b].some(({ metrics }) => dataSource(metrics) === "phantom") ? "DRAWN test" : "test";
  console.log(tableText(compareRuns(a, b, what)));
  console.log(differencesInWords(a, b));
}

/** A run's predictions, its numbers, and what it is called. */
type ComparedRun = NamedRun & { readonly metrics: RunMetrics };

async function namedRun(folder: string): Promise<ComparedRun> {
  const { metrics, predictions } = await readRun(folder);
  // Where the file is not there, its reader says so.
  const known = predictions ?? (await readPredictions(path.join(folder, "predictions.json")));
  return { ...known, name: path.basename(folder), metrics };
}

/** In what the runs differ beside their numbers. */
function differencesInWords(a: ComparedRun, b: ComparedRun): string {
  const differs = (name: "seed" | "commit") =>
    a.metrics[name] === b.metrics[name]
      ? []
      : [`${name} (${a.metrics[name] ?? "unknown"} and ${b.metrics[name] ?? "unknown"})`];
  const known = a.dataset !== undefined && b.dataset !== undefined;
  const differences = [
    ...settingDifferences(a.metrics, b.metrics),
    ...(known ? dataDifferences(a.dataset, b.dataset) : []),
    ...differs("seed"),
    ...differs("commit"),
  ];
  const unknown = known
    ? ""
    : " The files of an earlier version do not say which images the runs were made of.";
  return `${differences.length === 0 ? "The runs differ in no setting" : `The runs differ in: ${differences.join(", ")}`}.${unknown}`;
}
