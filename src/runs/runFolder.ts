import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { runsDir } from "../core/environment.js";
import { UserError } from "../core/errors.js";
import { type FolderLock, lockedFolder, lockName } from "./runLock.js";

/** The notebook as a run has executed it, once that is at its end. */
export const executedNotebook = "pneumonia.ipynb";

/** A run's last file. */
const lastFile = "report.html";

/**
 * The folder of a run, or of several, in `runs/`.
 * @throws UserError when it cannot be called so
 */
export function folderNamed(name: string): string {
  const parts = name.split("/");
  if (parts.length > 2 || parts.some((part) => !/^[\w.-]+$/.test(part) || /^\.+$/.test(part))) {
    throw new UserError(
      `A run cannot be called ${JSON.stringify(name)}.`,
      "Use letters, digits, dots and dashes, and at most one slash.",
    );
  }
  return path.join(runsDir, name);
}

/** Whether a run in the folder has come to its end. */
export async function isFinished(folder: string): Promise<boolean> {
  const files: readonly string[] = await readdir(folder).catch(() => []);
  return files.includes(lastFile);
}

/**
 * Does a run in a folder that is empty, or not there yet, and no other run's until the end.
 * @param options `replaceUnfinished`: what a run that did not finish has left there is taken away
 * @throws UserError when another process is at work there, or something is there already
 */
export function inRunFolder<T>(
  folder: string,
  { replaceUnfinished = false }: { readonly replaceUnfinished?: boolean },
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
    if (left.length > 0 && !replaceUnfinished) {
      throw new UserError(
        `${folder} is there already, and holds what a run that did not finish has left.`,
        "Choose another --name, delete the folder, or replace it with --replace-unfinished.",
      );
    }
    for (const name of left) {
      const inside: readonly string[] = await readdir(path.join(folder, name)).catch(() => []);
      if (!inside.includes(lastFile) && !inside.includes(lockName)) continue;
      throw new UserError(`${folder} holds other runs, such as ${name}.`, "Choose another --name.");
    }
    for (const name of left) await rm(path.join(folder, name), { recursive: true, force: true });
    return run(lock);
  });
}
