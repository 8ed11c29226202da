import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { atExit } from "./atExit.js";
import { isRunning } from "./processIdentity.js";
import { machine } from "./writeFiles.js";

/** A folder in the system's place for what is needed for a while only. */
export interface TemporaryFolder {
  readonly path: string;
  readonly remove: () => void;
}

/**
 * Makes one, which does not outlast this process: if that is killed, the next one takes it away.
 * @param use a word for what it is for, a part of its name
 */
export function temporaryFolder(use: string): TemporaryFolder {
  removeAbandonedFolders();
  const folder = mkdtempSync(path.join(tmpdir(), `xray-${use}-${machine}-${process.pid}-`));
  const removeFolder = (): void => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  const release = atExit(removeFolder);
  const remove = (): void => {
    removeFolder();
    release();
  };
  return { path: folder, remove };
}

/** Takes away what processes of this machine have left that were killed. */
export function removeAbandonedFolders(): void {
  const ofMachine = new RegExp(`^xray-\\w+-${machine}-(\\d+)-\\w{6}$`);
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = ofMachine.exec(name) ?? [];
    if (pid === undefined || isRunning({ pid: Number(pid), began: "" })) continue;
    try {
      rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Another user's.
    }
  }
}
