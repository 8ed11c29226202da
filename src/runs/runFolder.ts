import { existsSync, readdirSync, statSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { runsDir } from "../core/environment.js";
import { UserError } from "../core/errors.js";
import { isPlainName } from "../core/fileEnding.js";
import { type FolderLock, isLocked, lockedFolder, lockName } from "../core/folderLock.js";
import { backupFolderName } from "../training/backup/BackupOptions.js";
import { startedRunName } from "../core/runDirectory.js";
import { readStartedRun, type StartedRun } from "./StartedRun.js";

/** What a notebook is called that has not come to its end. */
const unfinishedEnding = /(\.(failed|running))+\.ipynb$/;

/** What a run calls the notebook that it has executed. */
export const executedName = (notebook: string): string =>
  path.basename(notebook).replace(unfinishedEnding, ".ipynb");

/** The notebooks in a run's folder, each time the one first that was saved last. */
export interface LeftNotebooks {
  /** As the run has executed it, once that is at its end; those that a person has there. */
  readonly executed: readonly string[];
  /** Those that runs have left that did not finish. */
  readonly unfinished: readonly string[];
}

/** What a run's folder holds of notebooks. */
export function notebooksIn(folder: string): LeftNotebooks {
  const saved = (name: string): number =>
    statSync(path.join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".ipynb"))
    .sort((a, b) => saved(b) - saved(a) || a.localeCompare(b));
  const isUnfinished = (name: string): boolean => unfinishedEnding.test(name);
  return {
    executed: names.filter((name) => !isUnfinished(name)),
    unfinished: names.filter(isUnfinished),
  };
}

/** Whether the folder is that of a notebook that a person works with, such as a lesson's copy: neither a run's nor a sweep's. */
export function isNotebooks(folder: string): boolean {
  const isRun = readdirSync(folder).some((name) => name === startedRunName || name.startsWith("seed-"));
  return !isRun && notebooksIn(folder).executed.length > 0;
}

/** A run's last file. */
const lastFile = "report.html";

/**
 * The folder of a run, or of several, in `runs/`.
 * @throws UserError when it cannot be called so
 */
export function folderNamed(name: string): string {
  // One letter may be written in two ways, and both mean one folder.
  const parts = name.normalize().split("/");
  if (parts.length > 2 || !parts.every(isPlainName)) {
    throw new UserError(
      `A run cannot be called ${JSON.stringify(name)}.`,
      "Use letters, digits, dots and dashes, and at most one slash.",
    );
  }
  if (parts.includes(backupFolderName)) {
    throw new UserError(
      `A run cannot be called ${JSON.stringify(name)}: what is called ${backupFolderName} holds the state of fits.`,
      "Choose another name.",
    );
  }
  return path.join(runsDir, ...parts);
}

/** What a run is called: the path of its folder in `runs/`. */
export const runName = (folder: string): string => path.relative(runsDir, folder).split(path.sep).join("/");

/** What goes on with a run that did not finish. */
export const resumeCommand = (folder: string): string => `npx xray run --resume ${runName(folder)}`;

/** A run that has begun and not come to its end. */
export interface UnfinishedRun {
  readonly folder: string;
  readonly started: StartedRun;
}

/** The runs in `runs/` that can be gone on with and that no process is at work on, the newest first. */
export async function unfinishedRuns(): Promise<UnfinishedRun[]> {
  const found: UnfinishedRun[] = [];
  for (const folder of await runFolders()) {
    if ((await isFinished(folder)) || (await isLocked(folder))) continue;
    const started = await readStartedRun(folder).catch(() => undefined);
    if (started) found.push({ folder, started });
  }
  return found.sort((a, b) => b.started.started.localeCompare(a.started.started));
}

/** The folders in `runs/` that runs were begun in, at most two names deep. */
export async function runFolders(): Promise<string[]> {
  const top = await subfoldersOf(runsDir);
  const nested = await Promise.all(top.map(subfoldersOf));
  return [...top, ...nested.flat()].filter(
    (folder) =>
      [startedRunName, "metrics.json"].some((name) => existsSync(path.join(folder, name))) ||
      isNotebooks(folder),
  );
}

async function subfoldersOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(folder, name));
}

/** Whether a run in the folder has come to its end. */
export async function isFinished(folder: string): Promise<boolean> {
  const files: readonly string[] = await readdir(folder).catch(() => []);
  return files.includes(lastFile);
}

/** What becomes of what a run that did not finish has left in its folder. */
export type Unfinished = "refuse" | "replace" | "resume";

/**
 * Does a run in a folder that is no other run's until the end.
 * @param unfinished asked where a run that did not finish has left something there
 * @throws UserError when another process is at work there, or something is there that is to stay
 */
export function inRunFolder<T>(
  folder: string,
  unfinished: () => Unfinished | Promise<Unfinished>,
  run: (lock: FolderLock) => Promise<T>,
): Promise<T> {
  return lockedFolder(folder, async (lock) => {
    const left = (await readdir(folder)).filter((name) => !name.startsWith(lockName));
    if (left.includes(lastFile)) {
      throw new UserError(
        `${folder} is there already, and holds a finished run.`,
        "Choose another --name, or delete the folder.",
      );
    }
    if (isNotebooks(folder)) {
      throw new UserError(
        `${folder} is there already, and holds a notebook of yours, ${notebooksIn(folder).executed[0] ?? ""}.`,
        "Choose another --name.",
      );
    }
    const decided = left.length === 0 ? "replace" : await unfinished();
    if (decided === "refuse") {
      const resume = left.includes(startedRunName) ? `go on with it (${resumeCommand(folder)}), ` : "";
      throw new UserError(
        `${folder} is there already, and holds what a run that did not finish has left.`,
        `Choose another --name, ${resume}delete the folder, or replace it with --replace-unfinished.`,
      );
    }
    if (decided === "resume") return run(lock);
    for (const name of left) {
      const inside: readonly string[] = await readdir(path.join(folder, name)).catch(() => []);
      if (!inside.includes(lastFile) && !inside.includes(lockName)) continue;
      throw new UserError(`${folder} holds other runs, such as ${name}.`, "Choose another --name.");
    }
    for (const name of left) await rm(path.join(folder, name), { recursive: true, force: true });
    return run(lock);
  });
}
