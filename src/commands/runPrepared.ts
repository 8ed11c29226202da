import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { UserError } from "../core/errors.js";
import type { FolderLock } from "../core/folderLock.js";
import { makeFolder } from "../core/makeFolder.js";
import { subfolders } from "../data/labels/imageFolder.js";
import { imagesInWords } from "../statistics/imagesInWords.js";
import { inText } from "../core/markdown.js";
import { reportTitle } from "../report/reportTitle.js";
import { runNotebook, type RunNotebookOptions, UncompilableNotebook } from "../report/runNotebook.js";
import { writeMetrics } from "../runs/metricsFile.js";
import { backupFolder } from "../runs/resumeHint.js";
import { executedName } from "../runs/runFolder.js";
import { dataSource, judgedSet, readMetrics, type RunMetrics } from "../runs/RunMetrics.js";
import { notebookFile, type Study } from "../runs/RunSource.js";
import { parametersInWords, readStartedRun, writeStartedRun } from "../runs/StartedRun.js";
import { studyNotebook, studyTemplate } from "../runs/study/studyNotebook.js";
import type { PreparedRun } from "./prepareRun.js";
import { reportOf } from "./report.js";

interface RunInFolder {
  readonly pdf?: boolean;
  readonly started: number;
  readonly locks: readonly FolderLock[];
}

/**
 * Runs the notebook in a folder that is this run's, and writes its reports.
 * @param options `started`: when the work on the run began, as `performance.now()` gives it; `locks`: of the folders
 * that it writes to
 */
export async function runPrepared(
  folder: string,
  prepared: PreparedRun,
  { pdf = false, started, locks }: RunInFolder,
): Promise<void> {
  const setUpSeconds = secondsSince(started);
  const { dataset, budget } = prepared;
  const isNew = (await readStartedRun(folder)) === undefined;
  if (isNew) {
    await writeStartedRun(folder, { ...prepared, dataset: dataset?.path, pdf });
  }
  const { study } = prepared;
  const notebook = study ? await writtenStudy(folder, study) : notebookFile(prepared);
  console.error(`run: ${path.relative(process.cwd(), folder) || folder} (${describe(prepared)})`);
  await runNotebook({
    notebook,
    output: path.join(folder, executedName(notebook)),
    kernel: prepared.kernel,
    parameters: parametersOf(prepared),
    ...textsFor(prepared),
    // The kernel, whose working directory is another one, neither looks for the data set again nor downloads it.
    env: { ...(dataset && { XRAY_DATA: dataset.path }), XRAY_RUN_DIR: folder, XRAY_TERMINAL: "1" },
    locks,
  })
    .catch(async (error: unknown) => {
      if (!isNew || !(error instanceof UncompilableNotebook)) throw error;
      // There is nothing to go on with, and the name is free again.
      await rm(folder, { recursive: true, force: true });
      throw new UserError(error.problem, "Mend the cell; none was run.", { cause: error });
    })
    .finally(() => study && rm(path.dirname(notebook), { recursive: true, force: true }));
  const file = path.join(folder, "metrics.json");
  const metrics = prepared.notebook && !existsSync(file) ? undefined : await readMetrics(file);
  // A run that was interrupted took what its stages took, in whichever process.
  const total = Math.max(secondsSince(started), setUpSeconds + sumOfSeconds(metrics?.seconds ?? {}));
  if (metrics) {
    const seconds = { setUp: setUpSeconds, ...metrics.seconds, total };
    await writeMetrics(file, { ...metrics, budget, seconds });
  }
  const [report] = await reportOf(folder, { pdf });
  await rm(backupFolder(folder), { recursive: true, force: true });
  console.error(
    `run: ${metrics ? resultInWords(metrics) : "the notebook wrote no metrics.json"}, ${(total / 60).toFixed(1)} minutes`,
  );
  console.log(report);
}

/**
 * The notebook of a study, which is executed beside it. In the run's folder, from where each kernel finds the package; in one
 * of its own, since the notebooks in the run's are those that it has made.
 */
async function writtenStudy(folder: string, { title, data }: Study): Promise<string> {
  const file = path.join(folder, "source", path.basename(studyTemplate));
  await makeFolder(path.dirname(file), "A run writes to its folder in runs/.");
  await writeFile(file, await studyNotebook(title, data));
  return file;
}

function resultInWords(metrics: RunMetrics): string {
  const { errorRate, intervals, validSize, patients, groupNoun } = metrics;
  const images =
    dataSource(metrics) === "phantom"
      ? `${imagesInWords(validSize, "DRAWN")}, not of patients`
      : imagesInWords(validSize, judgedSet(metrics), patients ?? undefined, groupNoun);
  return (
    `error rate ${shown(errorRate)} (95% confidence interval ${(intervals.errorRate ?? []).map(shown).join(" to ")}) ` +
    `on ${images}, by the most probable class`
  );
}

/** A protocol's numbers are chosen; a notebook of a person's own may choose by the preset that was asked for. */
function parametersOf({
  study,
  notebook,
  parameters,
  preset,
}: PreparedRun): RunNotebookOptions["parameters"] {
  if (study) return parameters;
  if (!notebook) return { ...parameters, preset: "none" };
  return preset === "" ? parameters : { ...parameters, preset };
}

/** What a notebook says of its X-rays and of the article's is said of no other images. */
function textsFor({
  study,
  notebook,
  dataset,
}: PreparedRun): Pick<RunNotebookOptions, "leaveOut" | "heading"> {
  if (study || !dataset || dataset.kind === "kermany") return {};
  const { path: folder, train, kind } = dataset;
  const leaveOut = ["kermany"];
  if (notebook) return { leaveOut };
  const title = reportTitle(kind, {
    classes: subfolders(path.join(folder, train)),
    name: path.basename(folder),
  });
  return { leaveOut, heading: `# ${inText(title)}` };
}

function describe({ study, notebook, protocol, parameters: p }: PreparedRun): string {
  if (notebook) {
    return [path.basename(notebook.file), ...parametersInWords(p)].join(", ");
  }
  const { trainPerClass = 0, epochsFrozen = 0, epochsUnfrozen = 0 } = p;
  const subset =
    trainPerClass === 0 ? "all training images" : `at most ${trainPerClass} training images a class`;
  return (
    `${study ? "study" : (protocol ?? "")}: ${p.model ?? ""}, ${p.size ?? 0} px, batches of ${p.bs ?? 0}, ${subset}, ` +
    `${epochsFrozen} + ${epochsUnfrozen} epochs, seed ${p.seed ?? 0}`
  );
}

const shown = (value: number | null): string => value?.toFixed(3) ?? "unknown";

/** The sum over the stages, each of which is one number. */
const sumOfSeconds = (seconds: RunMetrics["seconds"]): number =>
  Object.values(seconds).reduce<number>((sum, each) => sum + (typeof each === "number" ? each : 0), 0);

const secondsSince = (start: number): number => (performance.now() - start) / 1000;
