import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "./errors.js";

/**
 * Makes a folder and those above it, unless they are there.
 * @throws UserError with its path and the remedy
 */
export async function makeFolder(folder: string, remedy: string): Promise<void> {
  try {
    await make(path.resolve(folder));
  } catch (cause) {
    throw new UserError(`The folder ${folder} cannot be made: ${messageOf(cause)}`, remedy, { cause });
  }
}

/** Step by step: where the system says that a folder is missing which is there, as in /proc, Node's own never ends. */
async function make(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (await isFolder(folder)) return;
    const above = path.dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || above === folder) throw error;
    await make(above);
    await mkdir(folder).catch(async (again: unknown) => {
      if (!(await isFolder(folder))) throw again;
    });
  }
}

const isFolder = (folder: string): Promise<boolean> =>
  stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
