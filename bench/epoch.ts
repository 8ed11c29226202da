import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Callback, cnnLearner, slice } from "../src/index.js";
import { architecture } from "./architecture.js";
import type { Phase } from "./Case.js";
import { peakRssMB, rounded, secondsOf } from "./figures.js";
import { type FolderOptions, folderData } from "./folderData.js";

export interface EpochOptions extends FolderOptions {
  readonly model: string;
  readonly phase: Phase;
  /** Seconds from one backup to the next. @default no backups */
  readonly backupSeconds?: number;
}

export interface EpochResult {
  readonly model: string;
  readonly size: number;
  readonly bs: number;
  readonly phase: Phase;
  /** Trained on in the epoch: whole batches only. */
  readonly images: number;
  /** From files to updated weights: finding, checking and decoding the images, and the first epoch. */
  readonly seconds: number;
  readonly imgPerSec: number;
  /** The part of `seconds` before training. */
  readonly loadSeconds: number;
  /** Another epoch, which finds decoded images in memory. */
  readonly secondEpochSeconds: number;
  /** After the first epoch. */
  readonly peakRssMB: number;
  /** The size of the backup that is there at the end of the epoch; 0 without. */
  readonly backupMB: number;
}

/**
 * An epoch as the notebook runs it, from the files on. No validation. Making the net and reading its weights is not
 * counted.
 */
export async function measureEpoch(options: EpochOptions): Promise<EpochResult> {
  const { model, size, bs, phase, backupSeconds } = options;
  const started = performance.now();
  const data = await folderData(options);
  const loadSeconds = (performance.now() - started) / 1000;

  const folder = mkdtempSync(path.join(tmpdir(), "xray-bench-backup-"));
  const backup = backupSeconds === undefined ? false : { folder, everySeconds: backupSeconds };
  const learn = await cnnLearner(data, architecture(model), { backup });
  if (phase === "unfrozen") learn.unfreeze();
  const maxLr = phase === "unfrozen" ? slice(1e-6, 1e-4) : slice(3e-3);
  const callbacks: Callback[] = [{ epochBegin: () => ({ skipValidate: true }) }];
  const epoch = (): Promise<void> => learn.fitOneCycle(1, { maxLr, callbacks });
  const seconds = loadSeconds + (await secondsOf(epoch));
  const peak = peakRssMB();
  const backupMB = bytesIn(folder) / 1e6;
  const secondEpochSeconds = await secondsOf(epoch);
  await data.close();
  learn.dispose();
  rmSync(folder, { recursive: true });

  const images = data.trainDl.length * bs;
  return {
    model,
    size,
    bs,
    phase,
    images,
    seconds: rounded(seconds),
    imgPerSec: rounded(images / seconds),
    loadSeconds: rounded(loadSeconds),
    secondEpochSeconds: rounded(secondEpochSeconds),
    peakRssMB: peak,
    backupMB: rounded(backupMB),
  };
}

function bytesIn(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(path.join(parentPath, name)).size, 0);
}
