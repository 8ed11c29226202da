import { checkOptions, type OptionKinds } from "../../core/checkOptions.js";
import path from "node:path";
import { checkNumber } from "../../core/checkNumber.js";
import { backupSecondsVariable, runDirVariable, runsDir } from "../../core/environment.js";

/** Where a learner's fits keep their backups, and how often. */
export interface BackupOptions {
  /** @default `backup` in the folder of `xray run`'s run; in a notebook `runs/backup`, which all notebooks share */
  readonly folder?: string;
  /** Seconds from one backup to the next; a fit that ends before the first one writes none. @default 300 */
  readonly everySeconds?: number;
}

const kinds: OptionKinds<BackupOptions> = { folder: "text", everySeconds: "number" };

/** The options with their defaults. */
export interface BackupPlan {
  /** Absolute. */
  readonly folder: string;
  readonly everyMs: number;
  /** Whether processes that know nothing of each other may write there. */
  readonly isShared: boolean;
}

/** The name of the folder in a run's folder. */
export const backupFolderName = "backup";

const defaultSeconds = 300;

/**
 * @returns undefined where no backups are wanted
 * @throws UserError when the interval is negative or no number
 */
export function backupPlan(options: boolean | BackupOptions): BackupPlan | undefined {
  if (options === false) return undefined;
  const given = options === true ? {} : options;
  checkOptions("backup", given, kinds);
  const { folder, everySeconds } = given;
  const [name, seconds] =
    everySeconds === undefined
      ? ["XRAY_BACKUP_SECONDS", backupSecondsVariable() ?? defaultSeconds]
      : ["everySeconds", everySeconds];
  const everyMs = 1000 * checkNumber(name, seconds, { from: 0 });
  const run = runDirVariable();
  const isShared = folder !== undefined || run === undefined;
  return { folder: path.resolve(folder ?? path.join(run ?? runsDir, backupFolderName)), everyMs, isShared };
}
