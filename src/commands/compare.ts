import { existsSync } from "node:fs";
import path from "node:path";
import { UserError } from "../core/errors.js";
import { shownPath } from "../core/shownPath.js";
import { tableText } from "../core/tableText.js";
import { compareRuns, type NamedRun } from "../runs/compareRuns.js";
import { compareSweeps, type NamedSweep } from "../runs/compareSweeps.js";
import { readSeedRuns } from "../runs/readSeedRuns.js";
import { readPredictions } from "../runs/predictionsFile.js";
import { dataSource, type RunMetrics } from "../runs/RunMetrics.js";
import { dataDifferences, settingDifferences } from "../runs/RunData.js";
import { runFolder } from "./report.js";
import { readRun } from "../runs/readRun.js";

/**
 * `xray compare RUN RUN`: prints two runs' numbers on the same test images, and whether they differ by more than luck; of
 * two sweeps of `xray seeds`, whether their recipes do.
 * @param runs folders, or their names in `runs/`
 * @throws UserError when a run is not there, or they did not predict the same images, or one is a sweep
 */
export async function compare(...runs: readonly [first: string, second: string]): Promise<void> {
  const [first, second] = [await runFolder(runs[0]), await runFolder(runs[1])];
  const sweeps = [await sweepIn(first), await sweepIn(second)] as const;
  if (sweeps[0] && sweeps[1]) {
    printSweeps(sweeps[0], sweeps[1]);
    return;
  }
  await requireOneKind([first, second], sweeps);
  const [a, b] = [await namedRun(first), await namedRun(second)];
  const what = [a, b].some(({ metrics }) => dataSource(metrics) === "phantom") ? "DRAWN test" : "test";
  console.log(tableText(compareRuns(a, b, what)));
  console.log(differencesInWords(a, b));
}

/** The runs of a folder that holds runs and is none itself. */
async function sweepIn(folder: string): Promise<NamedSweep | undefined> {
  if (existsSync(path.join(folder, "metrics.json"))) return undefined;
  const runs = await readSeedRuns(folder);
  return runs.length === 0 ? undefined : { name: path.basename(folder), runs };
}

/** @throws UserError when one of the folders is a sweep of `xray seeds` and the other one a run, or nothing of these */
async function requireOneKind(
  folders: readonly [string, string],
  sweeps: readonly [NamedSweep | undefined, NamedSweep | undefined],
): Promise<void> {
  const [sweep, run] = sweeps[0] ? folders : [folders[1], folders[0]];
  if (!sweeps[0] && !sweeps[1]) return;
  // What is neither a run nor a sweep is the first thing to be said.
  await namedRun(run);
  throw new UserError(
    `${shownPath(sweep)} holds the runs of a sweep of several seeds, and ${shownPath(run)} is one run.`,
    "Give two runs, or two sweeps of `npx xray seeds`.",
  );
}

function printSweeps(a: NamedSweep, b: NamedSweep): void {
  const [first, second] = [a.runs[0], b.runs[0]];
  const isDrawn = [first, second].some((run) => run?.dataset?.source === "phantom");
  console.log(tableText(compareSweeps(a, b, isDrawn ? "DRAWN test" : "test")));
  if (!first?.settings || !second?.settings) return;
  const known = first.dataset && second.dataset;
  const differences = [
    ...settingDifferences(first.settings, second.settings),
    ...(known ? dataDifferences(first.dataset, second.dataset) : []),
  ];
  console.log(inWords("recipes", differences));
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
  return inWords("runs", differences) + unknown;
}

const inWords = (what: string, differences: readonly string[]): string =>
  differences.length === 0
    ? `The ${what} differ in no setting.`
    : `The ${what} differ in: ${differences.join(", ")}.`;
