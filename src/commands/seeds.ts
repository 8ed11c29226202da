import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { phantomWarning } from "../xrays/datasetListing.js";
import { dataFolders } from "../runs/describeData.js";
import { packageRoot } from "../core/environment.js";
import { UserError } from "../core/errors.js";
import { gitCommit } from "../runs/gitCommit.js";
import { indented } from "../core/indented.js";
import { readPredictions } from "../runs/predictionsFile.js";
import { exportHtml } from "../report/exportHtml.js";
import { runNotebook } from "../report/runNotebook.js";
import { dataDifferences, settingDifferences } from "../runs/RunData.js";
import { folderNamed, inRunFolder, isFinished, runName } from "../runs/runFolder.js";
import { backupFolder, resumable } from "../runs/resumeHint.js";
import { readStartedRun } from "../runs/StartedRun.js";
import { type FolderLock, lockedFolder } from "../core/folderLock.js";
import { type DividedRun, isDivided, prepareWhole } from "./prepareRun.js";
import { begunWith, resumeOrReplace, type RunOptions } from "./run.js";
import { runPrepared } from "./runPrepared.js";
import { readRun } from "../runs/readRun.js";

/** The flags of `xray seeds`: those of a run, but for its seed, its name and what becomes of an unfinished one. */
export interface SeedsOptions extends Omit<
  RunOptions,
  "seed" | "name" | "minutes" | "notebook" | "replaceUnfinished" | "resumeUnfinished" | "resume"
> {
  readonly seeds: readonly number[];
  /** The folder in `runs/` that all runs go into. */
  readonly name: string;
}

/**
 * `xray seeds`: runs the notebook with each seed, one after the other, and writes a page with all of them. Runs that
 * are finished stay: after an interruption the same command goes on with the one that was interrupted.
 * @throws UserError when the finished runs are not what is asked for, another process is at work in the folder, or a
 * run fails
 */
export async function seeds({ seeds: wanted, name, ...options }: SeedsOptions): Promise<void> {
  if ((options.validPerClass ?? 0) !== 0) {
    throw new UserError(
      "Each seed would draw other test images, and the runs could not be compared.",
      "Leave --valid-per-class out.",
    );
  }
  const sweep = folderNamed(name);
  if (name.includes("/")) {
    throw new UserError(
      `Several runs cannot be called ${JSON.stringify(name)}.`,
      "Use a --name without a slash: each run has a folder of its own in it.",
    );
  }
  if (existsSync(path.join(sweep, "metrics.json"))) {
    throw new UserError(`${sweep} is the folder of a single run.`, "Choose another --name.");
  }
  await lockedFolder(sweep, async (sweepLock) => {
    let started = performance.now();
    const prepared = await prepareWhole(options);
    if (!isDivided(prepared)) {
      throw new UserError(
        "Each seed would judge the network on other images, and the runs could not be compared.",
        "Give a folder that is divided already, into train and test, each with a folder of images for each class.",
      );
    }
    await requireLike(sweep, wanted, prepared);
    await requireResumable(sweep, wanted, prepared);
    for (const seed of wanted) {
      const folder = path.join(sweep, seedFolder(seed));
      if (await isFinished(folder)) {
        console.error(`seeds: ${path.relative(process.cwd(), folder)} is there already`);
        continue;
      }
      const parameters = { ...prepared.parameters, seed };
      const run = { ...prepared, parameters };
      await inRunFolder(
        folder,
        () => resumeOrReplace(folder, run),
        (lock) => {
          const how = { pdf: options.pdf, started, locks: [lock, sweepLock] };
          return resumable(folder, () => runPrepared(folder, run, how), sameCommand);
        },
      );
      started = performance.now();
    }
    await writePage(sweep, prepared, sweepLock);
  });
}

const sameCommand = "`npx xray seeds` with the same flags again";

/**
 * Every run that the page would be about, finished or not, but for those that are made anew.
 * @throws UserError naming the runs that differ in more than their seed from what is asked for
 */
async function requireLike(
  sweep: string,
  wanted: readonly number[],
  { parameters, protocol, dataset }: DividedRun,
): Promise<void> {
  const folders = dataFolders(dataset);
  const unlike: string[] = [];
  for (const { name } of (await readdir(sweep, { withFileTypes: true })).filter((e) => e.isDirectory())) {
    const folder = path.join(sweep, name);
    const finished = await isFinished(folder);
    const madeAnew = !finished && wanted.some((seed) => name === seedFolder(seed));
    const file = path.join(folder, "predictions.json");
    if (madeAnew || !existsSync(file)) continue;
    const run = await readPredictions(file);
    const differences =
      run.settings && run.dataset
        ? [
            ...settingDifferences(run.settings, { ...parameters, protocol: protocol ?? null }),
            ...dataDifferences(run.dataset, folders),
          ]
        : ["its files, of an earlier version, do not say with which settings and images it was made"];
    if (differences.length > 0) unlike.push(`${name}: ${differences.join(", ")}`);
    else if (finished) await noteOtherSources(folder);
  }
  if (unlike.length === 0) return;
  throw new UserError(
    `The runs in ${path.relative(process.cwd(), sweep)} differ from what is asked for in more than their seed ` +
      `(what is there, and what is asked for):${indented(unlike, 10)}`,
    "Choose another --name for the new runs, ask for what is there, or remove those runs.",
  );
}

/** @throws UserError naming the seeds whose half-done training would be lost, because another one is asked for */
async function requireResumable(
  sweep: string,
  wanted: readonly number[],
  prepared: DividedRun,
): Promise<void> {
  const lost: string[] = [];
  for (const seed of wanted) {
    const folder = path.join(sweep, seedFolder(seed));
    if ((await isFinished(folder)) || !existsSync(backupFolder(folder))) continue;
    const run = await readStartedRun(folder);
    const what = run && begunWith(run, { ...prepared, parameters: { ...prepared.parameters, seed } });
    if (what !== undefined) lost.push(`${runName(folder)}: begun with ${what}`);
  }
  if (lost.length === 0) return;
  throw new UserError(
    `Runs that did not finish, and that could be gone on with, differ from what is asked for:${indented(lost, 10)}`,
    "Choose another --name for the new runs, ask for what is there, or remove those runs: `npx xray runs --remove`.",
  );
}

/**
 * Other sources may give other numbers; that is no reason to throw a run away.
 * @throws UserError when the run's files were changed
 */
async function noteOtherSources(folder: string): Promise<void> {
  const { commit = "unknown" } = (await readRun(folder)).metrics;
  const current = gitCommit() ?? "unknown";
  if (commit === current) return;
  const name = path.relative(process.cwd(), folder);
  console.error(`seeds: ${name} was made by another commit of the sources (${commit}, and now ${current})`);
}

const seedFolder = (seed: number): string => `seed-${seed}`;

async function writePage(sweep: string, { dataset }: DividedRun, lock: FolderLock): Promise<void> {
  const notebook = path.join(sweep, "seeds.ipynb");
  await runNotebook({
    notebook: path.join(packageRoot, "notebooks", "seeds.ipynb"),
    output: notebook,
    parameters: { folder: sweep },
    locks: [lock],
  });
  const page = path.join(sweep, "report.html");
  const banner = dataset.kind === "phantom" ? phantomWarning : undefined;
  await exportHtml(notebook, page, { title: "The same training with several seeds", banner });
  console.log(page);
}
