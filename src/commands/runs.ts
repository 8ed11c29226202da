import { existsSync } from "node:fs";
import { readdir, rm, rmdir, stat } from "node:fs/promises";
import path from "node:path";
import { isLocked } from "../core/folderLock.js";
import { runsDir } from "../core/environment.js";
import { UserError } from "../core/errors.js";
import { readMetrics } from "../runs/RunMetrics.js";
import {
  folderNamed,
  isFinished,
  isNotebooks,
  resumeCommand,
  runFolders,
  runName,
} from "../runs/runFolder.js";
import { backupFolder } from "../runs/resumeHint.js";
import { readStartedRun } from "../runs/StartedRun.js";
import { backupFolderName } from "../training/backup/BackupOptions.js";
import { tableText } from "../core/tableText.js";

export interface RunsOptions {
  /** Runs to delete, by their names. */
  readonly remove?: readonly string[];
}

/**
 * `xray runs`: lists the runs with their state, numbers and size, or deletes some.
 * @throws UserError when a run that is to be deleted is not there, or is being written
 */
export async function runs({ remove = [] }: RunsOptions): Promise<void> {
  const folders = new Set(remove.map(folderToRemove));
  for (const folder of folders) await requireRemovable(folder);
  for (const folder of folders) {
    await rm(folder, { recursive: true, force: true });
    console.error(`runs: ${runName(folder)} is deleted`);
  }
  if (remove.length > 0) return;
  const rows = await Promise.all((await runFolders()).map(rowOf));
  const shared = path.join(runsDir, backupFolderName);
  if (existsSync(shared)) {
    await removeEmptyFits(shared);
    rows.push([backupFolderName, "backups of notebooks", "", "", megabytes(await sizeOf(shared)), ""]);
  }
  if (rows.length === 0) {
    console.log(`There are no runs in ${runsDir}.`);
    return;
  }
  const columns = ["name", "state", "error rate", "seed", "size", "begun"];
  const note = rows.some(([, , errorRate]) => errorRate !== "")
    ? "The error rate is that of the most probable class."
    : undefined;
  console.log(
    tableText({ columns, rows: rows.sort((a, b) => (a[5] ?? "").localeCompare(b[5] ?? "")), note }),
  );
}

/** The folder of a run, or that of the notebooks' backups, which is listed with them. */
const folderToRemove = (name: string): string =>
  name === backupFolderName ? path.join(runsDir, name) : folderNamed(name);

/** What is in the folder of a run, of runs with several seeds, or of a notebook's kernel, however early it ended. */
const parts =
  /^(run\.(json|lock)|session\.json|(metrics|predictions|choices)\.json|(report|evaluation)\.(failed\.)?(html|md|pdf|json)|(pneumonia|held-out|seeds|study)\..*ipynb|.+\.(running|failed)\.ipynb|models|backup|source|seed-.*)$/;

async function requireRemovable(folder: string): Promise<void> {
  const name = JSON.stringify(runName(folder));
  const isPart = path.dirname(folder) !== runsDir && !(await runFolders()).includes(folder);
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined || isPart) {
    throw new UserError(`There is no run ${name}.`, "`npx xray runs` lists them.");
  }
  const isShared = folder === path.join(runsDir, backupFolderName);
  if (!isShared && names.length > 0 && !names.some((each) => parts.test(each))) {
    throw new UserError(`The folder ${folder} is no run's.`, "Delete it yourself, if it is to go.");
  }
  const inside = names.map((each) => path.join(folder, each));
  // A sweep of seeds has taken the folder of all its runs.
  for (const each of [path.dirname(folder), folder, ...inside]) {
    if (!(await isLocked(each))) continue;
    throw new UserError(`The run ${runName(each)} is being written.`, "Stop it first, with Ctrl-C.");
  }
}

/** A kernel that was killed before a fit's first backup leaves the fit's folder, with its lock. */
async function removeEmptyFits(shared: string): Promise<void> {
  for (const name of await readdir(shared).catch(() => [])) {
    const fit = path.join(shared, name);
    if (!(await isLocked(fit))) await rmdir(fit).catch(() => undefined);
  }
}

async function rowOf(folder: string): Promise<string[]> {
  const started = await readStartedRun(folder).catch(() => undefined);
  const metrics = await readMetrics(path.join(folder, "metrics.json")).catch(() => undefined);
  const [isRunning, isOver] = [await isLocked(folder), await isFinished(folder)];
  // What a run takes away at its end; its process may have been killed just before.
  if (isOver && !isRunning)
    await rm(backupFolder(folder), { recursive: true, force: true }).catch(() => undefined);
  const state = isOver
    ? "finished"
    : isRunning
      ? "running"
      : isNotebooks(folder)
        ? `a person's notebook; its report: npx xray report ${runName(folder)}`
        : started
          ? `unfinished: ${resumeCommand(folder)}`
          : "unfinished";
  const seed = metrics?.seed ?? started?.parameters.seed;
  return [
    runName(folder),
    state,
    metrics?.errorRate?.toFixed(3) ?? "",
    seed === undefined ? "" : String(seed),
    megabytes(await sizeOf(folder)),
    started?.started.slice(0, 16).replace("T", " ") ?? "",
  ];
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

/** Bytes of all files in a folder; those that go meanwhile count nothing. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(
        async ({ parentPath, name }) =>
          (await stat(path.join(parentPath, name)).catch(() => undefined))?.size ?? 0,
      ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
