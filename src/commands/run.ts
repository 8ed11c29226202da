import { existsSync } from "node:fs";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { isDeepStrictEqual } from "node:util";
import { setDisplay } from "../core/Display.js";
import { UserError } from "../core/errors.js";
import { asPlainName } from "../core/fileEnding.js";
import { timestamp } from "../core/runDirectory.js";
import { TerminalDisplay } from "../display/TerminalDisplay.js";
import { planRun } from "../runs/budget/planRun.js";
import { gitCommit } from "../runs/gitCommit.js";
import type { KernelName } from "../runs/kernels.js";
import { type Parameters, presets } from "../runs/presets.js";
import { defaultProtocol } from "../runs/protocols.js";
import { backupFolder, resumable } from "../runs/resumeHint.js";
import {
  executedName,
  folderNamed,
  inRunFolder,
  isFinished,
  resumeCommand,
  runName,
  type Unfinished,
  unfinishedRuns,
} from "../runs/runFolder.js";
import { ownNotebook, runCode } from "../runs/RunSource.js";
import { otherVariables, readStartedRun, type StartedRun } from "../runs/StartedRun.js";
import type { StudyData } from "../runs/study/StudyData.js";
import { findDataset } from "../xrays/findDataset.js";
import { prepareStudy } from "./prepareStudy.js";
import { type DividedRun, isDivided, type PreparedRun, prepareNotebook, prepareWhole } from "./prepareRun.js";
import { runPrepared } from "./runPrepared.js";
import { setUp } from "./setUp.js";

/** The flags of `xray run`: the notebook's parameters, how images are found, and where to write. */
export interface RunOptions extends Partial<Omit<Parameters, "epochsFrozen" | "epochsUnfrozen">>, StudyData {
  readonly preset: string;
  /** How the net is judged; a name of `protocols`. @default "replica" */
  readonly protocol?: string;
  /** Another notebook in place of the protocol's. */
  readonly notebook?: string;
  /** What runs the cells. @default the one that a notebook of the person's own names, else "tslab" */
  readonly kernel?: KernelName;
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
  const { minutes, notebook } = options;
  if (minutes !== undefined && options.protocol !== undefined && options.protocol !== defaultProtocol) {
    throw new UserError(
      `--minutes chooses the numbers of the protocol ${defaultProtocol} alone.`,
      "Leave it out, and give --size, --epochs and --train-per-class.",
    );
  }
  const prepared =
    notebook === undefined ? await prepareWhole(options) : await prepareNotebook(notebook, options);
  const folder = folderNamed(name ?? nameOf(prepared, minutes));
  const unfinished = () =>
    replaceUnfinished ? "replace" : resumeUnfinished ? resumeOrReplace(folder, prepared) : "refuse";
  await noteUnfinished(folder);
  await inRunFolder(folder, unfinished, (lock) =>
    resumable(folder, async () => {
      const chosen =
        minutes === undefined || !isDivided(prepared)
          ? prepared
          : await withinMinutes(minutes, prepared, options, started);
      await runPrepared(folder, chosen, { ...options, started, locks: [lock] });
    }),
  );
}

/** What a run is called that is given no name: when it was begun, and what it is. */
function nameOf({ preset, protocol, study, notebook, parameters }: PreparedRun, minutes?: number): string {
  const stem = study
    ? asPlainName(path.basename(parameters.dataDir ?? ""))
    : notebook && asPlainName(path.parse(executedName(notebook.file)).name);
  const parts = [
    timestamp(new Date()),
    protocol === undefined || protocol === defaultProtocol ? stem : protocol,
    minutes === undefined ? preset : `${minutes}-minutes`,
    parameters.seed === undefined ? undefined : `seed${parameters.seed}`,
  ];
  return parts.filter((part) => part !== undefined && part !== "").join("-");
}

/** Has a run take as long as is wished; what was given stays, and a preset that was asked for is given. */
async function withinMinutes(
  minutes: number,
  prepared: DividedRun,
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
  requireSameNotebook(folder, run);
  // Its images may have been moved since; other ones are told by their contents.
  const dataset =
    run.dataset === undefined || run.study ? undefined : await findDataset(dataDir ?? run.dataset);
  const { preset, budget, protocol, study, notebook, kernel } = run;
  const moved = study && dataDir !== undefined ? { dataDir: path.resolve(dataDir) } : {};
  const parameters = { ...run.parameters, ...moved };
  // Whoever goes on need not be whoever has read what is odd about the images.
  if (study) {
    prepareStudy(
      { folder: parameters.dataDir ?? "", data: study.data },
      { ...presets.article, ...parameters },
    );
  }
  setDisplay(new TerminalDisplay(process.stderr));
  await setUp({ kernel });
  const prepared = { parameters, preset, budget, protocol, study, notebook, kernel, dataset };
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
  if (code === runCode(run)) return;
  throw new UserError(
    `The run ${runName(folder)} was begun with another version of this program (commit ${commit}, and now ` +
      `${gitCommit() ?? "unknown"}): it would not give the numbers that it began to compute.`,
    "Go back to that version to go on with it, or begin it anew: `npx xray run` with --name and --replace-unfinished.",
  );
}

/** @throws UserError when the run's own notebook was changed since */
function requireSameNotebook(folder: string, { notebook }: StartedRun): void {
  if (!notebook) return;
  if (!existsSync(notebook.file)) {
    throw new UserError(
      `The run ${runName(folder)} was begun with ${notebook.file}, which is not there any more.`,
      "Put it back there to go on, or begin the run anew with the notebook's new path.",
    );
  }
  if (ownNotebook(notebook.file).hash === notebook.hash) return;
  throw new UserError(
    `The run ${runName(folder)} was begun with another version of ${notebook.file}.`,
    "Put that version back, or begin it anew: `npx xray run` with --name and --replace-unfinished.",
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
export function begunWith(run: StartedRun, prepared: PreparedRun): string | undefined {
  if (run.protocol !== prepared.protocol || run.notebook?.hash !== prepared.notebook?.hash) {
    return "another notebook";
  }
  const same = isDeepStrictEqual(
    { ...imagesOf(run, run.dataset), preset: chosenBy(run) },
    { ...imagesOf(prepared, prepared.dataset?.path), preset: chosenBy(prepared) },
  );
  if (!same) return "other parameters or images";
  if (run.code !== runCode(prepared)) return "another version of this program";
  return otherVariables(run) === undefined ? undefined : "other environment variables";
}

/** The numbers of a run, and where its images are looked for and how. */
const imagesOf = ({ parameters, study }: Pick<PreparedRun, "parameters" | "study">, folder?: string) => ({
  ...parameters,
  // A protocol's images are where they were found.
  dataDir: study ? parameters.dataDir : folder,
  study: study?.data,
});

/** A protocol's parameters are all there; a notebook of a person's own chooses by the preset itself. */
const chosenBy = ({ notebook, preset }: Pick<PreparedRun, "notebook" | "preset">): string =>
  notebook ? preset : "";

/** Names a run that could be gone on with: one that has kept something of its training. */
async function noteUnfinished(folder: string): Promise<void> {
  const [newest] = (await unfinishedRuns()).filter(
    (run) => run.folder !== folder && existsSync(backupFolder(run.folder)),
  );
  if (!newest) return;
  const { started } = newest.started;
  console.error(
    `run: ${runName(newest.folder)}, begun ${new Date(started).toLocaleString()}, did not finish; go on with it: ` +
      resumeCommand(newest.folder),
  );
}

const secondsSince = (start: number): number => (performance.now() - start) / 1000;
