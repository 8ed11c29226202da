import { existsSync } from "node:fs";
import path from "node:path";
import { rm } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { isDeepStrictEqual } from "node:util";
import { findDataset } from "../xrays/findDataset.js";
import type { FoundDataset } from "../xrays/FoundDataset.js";
import { subfolders } from "../data/labels/imageFolder.js";
import { setDisplay } from "../core/Display.js";
import { TerminalDisplay } from "../display/TerminalDisplay.js";
import { hasNvidiaDriver } from "../engine/install/hasNvidiaDriver.js";
import { rememberedVariant } from "../engine/install/chooseVariant.js";
import { computesOnGpu } from "../engine/install/probeEngine.js";
import { projectRoot } from "../core/environment.js";
import { type Parameters, presets, type ResolvedParameters, resolveParameters } from "../runs/presets.js";
import { planRun } from "../runs/budget/planRun.js";
import type { RunBudget } from "../runs/budget/RunBudget.js";
import { writeMetrics } from "../runs/metricsFile.js";
import { dataSource, readMetrics, type RunMetrics } from "../runs/RunMetrics.js";
import { otherVariables, readStartedRun, type StartedRun, writeStartedRun } from "../runs/StartedRun.js";
import { gitCommit } from "../runs/gitCommit.js";
import { UserError } from "../core/errors.js";
import { libraryHash } from "../training/backup/libraryHash.js";
import { inText } from "../report/reportMarkdown.js";
import { reportTitle } from "../report/reportTitle.js";
import { runNotebook, type RunNotebookOptions } from "../report/runNotebook.js";
import { timestamp } from "../core/runDirectory.js";
import {
  executedNotebook,
  folderNamed,
  inRunFolder,
  isFinished,
  resumeCommand,
  runName,
  type Unfinished,
  unfinishedRuns,
} from "../runs/runFolder.js";
import { backupFolder, resumable } from "../runs/resumeHint.js";
import type { FolderLock } from "../core/folderLock.js";
import { reportOf } from "./report.js";
import { setUp } from "./setUp.js";

/** The flags of `xray run`: the notebook's parameters, and where to write. */
export interface RunOptions extends Partial<Omit<Parameters, "epochsFrozen" | "epochsUnfrozen">> {
  readonly preset: string;
  readonly name?: string;
  /** Whether what a run that did not finish has left in the folder is taken away. @default false */
  readonly replaceUnfinished?: boolean;
  /**
   * Whether it is gone on with, where it was begun with the same parameters, images and program, and else taken away.
   * @default false
   */
  readonly resumeUnfinished?: boolean;
  /** Go on with a run of this name, or with the newest one that did not finish, with its own parameters. */
  readonly resume?: string | true;
  readonly epochs?: readonly [frozen: number, unfrozen: number];
  /** How long the whole run is to take: what is not given is chosen by this machine's speed. */
  readonly minutes?: number;
  readonly pdf?: boolean;
  readonly gpu?: boolean;
  readonly cpu?: boolean;
}

/** All that a run needs to know before its notebook starts. */
export interface PreparedRun {
  readonly parameters: Parameters;
  readonly preset: string;
  readonly dataset: FoundDataset;
  /** Where its numbers were chosen so that it takes some minutes. */
  readonly budget?: RunBudget;
}

interface RunInFolder {
  readonly pdf?: boolean;
  readonly started: number;
  readonly locks: readonly FolderLock[];
}

/**
 * `xray run`: runs the notebook without a person and writes the executed notebook, `report.html` and
 * `metrics.json` to a folder in `runs/`. The preset `auto` follows the engine that is installed then: `article` if
 * it computes on a GPU, else `quick`.
 * @throws UserError when a flag is wrong, the folder is taken, or a cell fails
 */
export async function run(options: RunOptions): Promise<void> {
  const started = performance.now();
  const { name, replaceUnfinished = false, resumeUnfinished = false } = options;
  if (options.resume !== undefined) {
    await resumeRun(options.resume, started, options.dataDir);
    return;
  }
  // What cannot be is told before anything is installed.
  if (name !== undefined) folderNamed(name);
  const prepared = await prepareRun(options);
  const { minutes } = options;
  const { parameters } = prepared;
  const kind = minutes === undefined ? prepared.preset : `${minutes}-minutes`;
  const folder = folderNamed(name ?? `${timestamp(new Date())}-${kind}-seed${parameters.seed}`);
  const unfinished = () =>
    replaceUnfinished ? "replace" : resumeUnfinished ? resumeOrReplace(folder, prepared) : "refuse";
  await noteUnfinished(folder);
  await inRunFolder(folder, unfinished, (lock) =>
    resumable(folder, async () => {
      const chosen =
        minutes === undefined ? prepared : await withinMinutes(minutes, prepared, options, started);
      await runPrepared(folder, chosen, { ...options, started, locks: [lock] });
    }),
  );
}

/** Has a run take as long as is wished; what was given stays, and a preset that was asked for is given. */
async function withinMinutes(
  minutes: number,
  prepared: PreparedRun,
  { preset, size, epochs, trainPerClass }: RunOptions,
  started: number,
): Promise<PreparedRun> {
  console.error("run: measuring how fast this machine trains");
  const isPreset = preset !== "auto";
  const { parameters, dataset } = prepared;
  const plan = await planRun({
    minutes,
    spentSeconds: secondsSince(started),
    parameters,
    given: {
      size: isPreset || size !== undefined,
      epochs: isPreset || epochs !== undefined,
      trainPerClass: trainPerClass !== undefined,
    },
    dataset,
  });
  console.error(`run: ${plan.budget.words}`);
  return { ...prepared, ...plan };
}

/** Goes on with a run as it was begun. */
async function resumeRun(name: string | true, started: number, dataDir?: string): Promise<void> {
  const folder = name === true ? (await unfinishedRuns())[0]?.folder : folderNamed(name);
  if (folder === undefined) {
    throw new UserError("There is no run that did not finish.", "Begin one with `npx xray run`.");
  }
  if (!existsSync(folder)) {
    throw new UserError(`There is no run ${JSON.stringify(runName(folder))}.`, "`npx xray runs` lists them.");
  }
  if (await isFinished(folder)) {
    throw new UserError(`The run ${runName(folder)} is finished.`, `Its report is in ${folder}.`);
  }
  const run = await readStartedRun(folder);
  if (!run) {
    throw new UserError(
      `${folder} does not say how a run was begun there.`,
      "`npx xray runs` lists the runs that can be gone on with.",
    );
  }
  requireSameProgram(folder, run);
  // Its images may have been moved since; other ones are told by their contents.
  const dataset = await findDataset(dataDir ?? run.dataset);
  setDisplay(new TerminalDisplay(process.stderr));
  await setUp();
  const { parameters, preset, budget } = run;
  const prepared = { parameters, preset, budget, dataset };
  await inRunFolder(
    folder,
    () => "resume",
    (lock) =>
      resumable(folder, () => runPrepared(folder, prepared, { pdf: run.pdf, started, locks: [lock] })),
  );
}

/** @throws UserError when the program has changed since: the same bits cannot be promised */
function requireSameProgram(folder: string, run: StartedRun): void {
  const { code, commit = "unknown" } = run;
  const variables = otherVariables(run);
  if (variables !== undefined) {
    throw new UserError(
      `The run ${runName(folder)} was begun with other environment variables, which decide in which order TensorFlow ` +
        `sums: ${variables}.`,
      "Set them as they were to go on with it.",
    );
  }
  if (code === libraryHash()) return;
  throw new UserError(
    `The run ${runName(folder)} was begun with another version of this program (commit ${commit}, and now ` +
      `${gitCommit() ?? "unknown"}): it would not give the numbers that it began to compute.`,
    "Go back to that version to go on with it, or begin it anew: `npx xray run` with --name and --replace-unfinished.",
  );
}

/** Whether what is in a run's folder is a beginning of the same run; where it is not, the terminal says why. */
export async function resumeOrReplace(folder: string, prepared: PreparedRun): Promise<Unfinished> {
  const run = await readStartedRun(folder);
  if (!run) return "replace";
  const what = begunWith(run, prepared);
  if (what === undefined) return "resume";
  console.error(`run: what is in ${runName(folder)} was begun with ${what}, and is replaced`);
  return "replace";
}

/** What a run was begun with that would not be prepared so now; undefined where it is the same one. */
export function begunWith(run: StartedRun, { parameters, dataset }: PreparedRun): string | undefined {
  const same = isDeepStrictEqual(
    { ...run.parameters, dataDir: "", data: run.dataset },
    { ...parameters, dataDir: "", data: dataset.path },
  );
  if (!same) return "other parameters or images";
  if (run.code !== libraryHash()) return "another version of this program";
  return otherVariables(run) === undefined ? undefined : "other environment variables";
}

/** Names a run that could be gone on with. */
async function noteUnfinished(folder: string): Promise<void> {
  const [newest] = (await unfinishedRuns()).filter((run) => run.folder !== folder);
  if (!newest) return;
  const { started } = newest.started;
  console.error(
    `run: ${runName(newest.folder)}, begun ${new Date(started).toLocaleString()}, did not finish; go on with it: ` +
      resumeCommand(newest.folder),
  );
}

/**
 * Sets everything up, finds the data set and decides on the numbers.
 * @throws UserError when a parameter is out of its range, or the folder of the data set is not there; before anything
 * is installed
 */
export async function prepareRun(options: RunOptions): Promise<PreparedRun> {
  const { dataDir } = chosen(options, { gpu: false }).parameters;
  const given = dataDir === "" ? undefined : await findDataset(dataDir);
  setDisplay(new TerminalDisplay(process.stderr));
  await setUp({ gpu: options.gpu, cpu: options.cpu });
  const machine = { gpu: await computesOnGpu() };
  if (!machine.gpu && rememberedVariant() !== "cpu" && hasNvidiaDriver()) {
    console.error(
      "run: an NVIDIA driver is loaded, but the engine computes on the CPU; see `npx xray doctor`",
    );
  }
  const { parameters, preset } = chosen(options, machine);
  // Before the notebook starts: a download shows its progress here.
  return { parameters, preset, dataset: given ?? (await findDataset(parameters.dataDir)) };
}

/**
 * Runs the notebook in a folder that is this run's, and writes its reports.
 * @param options `started`: when the work on the run began, as `performance.now()` gives it; `locks`: of the folders
 * that it writes to
 */
export async function runPrepared(
  folder: string,
  { parameters, preset, dataset, budget }: PreparedRun,
  { pdf = false, started, locks }: RunInFolder,
): Promise<void> {
  const setUpSeconds = secondsSince(started);
  if ((await readStartedRun(folder)) === undefined) {
    await writeStartedRun(folder, { preset, parameters, budget, dataset: dataset.path, pdf });
  }
  console.error(`run: ${path.relative(process.cwd(), folder) || folder} (${describe(parameters)})`);
  await runNotebook({
    notebook: path.join(projectRoot, "notebooks", "pneumonia.ipynb"),
    output: path.join(folder, executedNotebook),
    parameters: { ...parameters, preset: "none" },
    ...textsFor(dataset),
    // The kernel, whose working directory is another one, neither looks for the data set again nor downloads it.
    env: { XRAY_DATA: dataset.path, XRAY_RUN_DIR: folder, XRAY_TERMINAL: "1" },
    locks,
  });
  const file = path.join(folder, "metrics.json");
  const metrics = await readMetrics(file);
  // A run that was interrupted took what its stages took, in whichever process.
  const total = Math.max(secondsSince(started), setUpSeconds + sumOfSeconds(metrics.seconds));
  await writeMetrics(file, {
    ...metrics,
    budget,
    seconds: { setUp: setUpSeconds, ...metrics.seconds, total },
  });
  const [report] = await reportOf(folder, pdf);
  await rm(backupFolder(folder), { recursive: true, force: true });

  const data = dataSource(metrics) === "phantom" ? " DRAWN images, not of patients" : " test images";
  console.error(
    `run: error rate ${shown(metrics.errorRate)} (95% confidence interval ${(metrics.intervals.errorRate ?? []).map(shown).join(" to ")}) ` +
      `on ${metrics.validSize}${data}, ${(total / 60).toFixed(1)} minutes`,
  );
  console.log(report);
}

/** What the notebook says of its X-rays and of the article's is said of no other images. */
function textsFor({
  path: folder,
  train,
  kind,
}: FoundDataset): Pick<RunNotebookOptions, "leaveOut" | "heading"> {
  if (kind === "kermany") return {};
  const title = reportTitle(kind, {
    classes: subfolders(path.join(folder, train)),
    name: path.basename(folder),
  });
  return { leaveOut: ["kermany"], heading: `# ${inText(title)}` };
}

/** The preset's numbers with the flags over them. */
function chosen(
  { preset: wanted, epochs, ...flags }: RunOptions,
  machine: { readonly gpu: boolean },
): ResolvedParameters {
  const { preset, parameters: base } = resolveParameters({ ...presets.article, preset: wanted }, machine);
  const [epochsFrozen, epochsUnfrozen] = epochs ?? [base.epochsFrozen, base.epochsUnfrozen];
  const { size, bs, seed, trainPerClass, validPerClass, model, dataDir } = { ...base, ...flags };
  const given = {
    size,
    bs,
    epochsFrozen,
    epochsUnfrozen,
    seed,
    trainPerClass,
    validPerClass,
    model,
    // The notebook runs in another folder.
    dataDir: dataDir === "" ? "" : path.resolve(dataDir),
  };
  return { ...resolveParameters({ ...given, preset: "none" }, machine), preset };
}

function describe(p: Parameters): string {
  const subset = p.trainPerClass === 0 ? "all training images" : `${p.trainPerClass} training images a class`;
  return (
    `${p.model}, ${p.size} px, batches of ${p.bs}, ${subset}, ` +
    `${p.epochsFrozen} + ${p.epochsUnfrozen} epochs, seed ${p.seed}`
  );
}

const shown = (value: number | null): string => value?.toFixed(3) ?? "unknown";

/** The sum over the stages, each of which is one number. */
const sumOfSeconds = (seconds: RunMetrics["seconds"]): number =>
  Object.values(seconds).reduce<number>((sum, each) => sum + (typeof each === "number" ? each : 0), 0);

const secondsSince = (start: number): number => (performance.now() - start) / 1000;
