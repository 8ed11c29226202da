import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { atExit } from "../core/atExit.js";
import { Interrupted, UserError } from "../core/errors.js";
import { removeAbandonedFolders } from "../core/temporaryFolder.js";
import { removeAbandoned } from "../core/writeFiles.js";
import { backupFolderName } from "../training/backup/BackupOptions.js";
import { notebooksIn, resumeCommand, runName } from "./runFolder.js";

/** Where in a run's folder the state of its fits is kept while it is unfinished. */
export const backupFolder = (folder: string): string => path.join(folder, backupFolderName);

/**
 * What a person is told who has a run's folder without its end.
 * @param command what goes on with it. @default `resumeCommand`
 */
export function resumeHint(folder: string, command = resumeCommand(folder)): string {
  if (existsSync(backupFolder(folder))) return `Go on with it: ${command}`;
  return existsSync(folder) && notebooksIn(folder).executed.length > 0
    ? `Its notebook has come to its end; write its report: npx xray report ${runName(folder)}`
    : "Nothing of its training was kept: it ended before there was a backup.";
}

/**
 * Makes a run in its folder. If it does not come to its end the message says how to go on, and what killed programs were
 * about to write is taken away.
 * @param command as `resumeHint` takes it
 */
export async function resumable<T>(folder: string, run: () => Promise<T>, command?: string): Promise<T> {
  const hint = (): string => resumeHint(folder, command);
  // Registered before whatever the run starts: that is killed by then.
  const release = atExit(() => {
    tidyUp(folder);
    removeAbandonedFolders();
    console.error(hint());
  });
  try {
    return await run();
  } catch (error) {
    tidyUp(folder);
    removeAbandonedFolders();
    if (error instanceof Interrupted) throw new Interrupted(`${error.message}\n${hint()}`, { cause: error });
    // Where there is no backup the error's own remedy is all there is to say.
    if (!(error instanceof UserError) || !existsSync(backupFolder(folder))) throw error;
    throw new UserError(error.problem, `${error.remedy}\n${hint()}`, { cause: error });
  } finally {
    release();
  }
}

function tidyUp(folder: string): void {
  // Somebody may have deleted it under the run.
  if (!existsSync(folder)) return;
  removeAbandoned(folder);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) tidyUp(path.join(folder, entry.name));
  }
}
