import { type Callback, cnnLearner, slice } from "../src/index.js";
import { architecture } from "./architecture.js";
import type { Phase } from "./Case.js";
import { peakRssMB, rounded, secondsOf } from "./figures.js";
import { type FolderOptions, folderData } from "./folderData.js";

export interface EpochOptions extends FolderOptions {
  readonly model: string;
  readonly phase: Phase;
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
}

/**
 * An epoch as the notebook runs it, from the files on. No validation. Making the net and reading its weights is not
 * counted.
 */
export async function measureEpoch(options: EpochOptions): Promise<EpochResult> {
  const { model, size, bs, phase } = options;
  const started = performance.now();
  const data = await folderData(options);
  const loadSeconds = (performance.now() - started) / 1000;

  const learn = await cnnLearner(data, architecture(model));
  if (phase === "unfrozen") learn.unfreeze();
  const maxLr = phase === "unfrozen" ? slice(1e-6, 1e-4) : slice(3e-3);
  const callbacks: Callback[] = [{ epochBegin: () => ({ skipValidate: true }) }];
  const epoch = (): Promise<void> => learn.fitOneCycle(1, { maxLr, callbacks });
  const seconds = loadSeconds + (await secondsOf(epoch));
  const peak = peakRssMB();
  const secondEpochSeconds = await secondsOf(epoch);
  await data.close();
  learn.dispose();

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
  };
}
