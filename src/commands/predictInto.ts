import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { currentDisplay } from "../core/Display.js";
import { onStop, stopExitCode, stopSignal } from "../core/stopSignals.js";
import { loadLearner } from "../training/inference/loadLearner.js";
import type { FilePrediction, UnreadableFile } from "../training/inference/predictEach.js";
import { PredictionFile } from "../training/inference/PredictionFile.js";
import { takenRows } from "../training/inference/takenRows.js";

/** What else is asked of an archive's predictions. */
export interface PredictIntoOptions {
  /** Files of JSON lines whose rows are taken over, such as those of shards. @default none */
  readonly take?: readonly string[];
  /** End with 0 although some files cannot be read: their rows say why. @default false */
  readonly allowUnreadable?: boolean;
}

/**
 * Each image as a row of a file, as it comes: what was interrupted goes on behind its last row, and files that cannot be
 * read are rows with their reason.
 */
export async function predictInto(
  out: string,
  paths: readonly string[],
  model: string,
  { take = [], allowUnreadable = false }: PredictIntoOptions = {},
): Promise<void> {
  const learn = await loadLearner(model);
  // Work that ends in its own way: the signal is asked for after each row.
  const release = onStop(() => undefined);
  try {
    const by = { classes: learn.classes, model: await hashOf(model) };
    const file = await PredictionFile.open(out, by);
    const left = new Set(paths);
    const all = left.size;
    let bad = 0;
    for (const [image, isReadable] of file.done) if (left.delete(image) && !isReadable) bad++;
    let rows: (FilePrediction | UnreadableFile)[] = [];
    const write = async (): Promise<void> => {
      await file.append(rows);
      rows = [];
    };
    const add = async (answer: FilePrediction | UnreadableFile): Promise<void> => {
      rows.push(answer);
      if ("reason" in answer) bad++;
      if (rows.length >= rowsAtOnce) await write();
    };
    for await (const answer of takenRows(take, by)) {
      if (left.delete(answer.path)) await add(answer);
    }
    await write();
    const before = all - left.size;
    if (before > 0) console.error(`${before} of ${all} images have rows in ${out} already.`);
    const progress = currentDisplay().taskProgress("Predicting", left.size);
    let done = 0;
    for await (const answer of learn.predictEach(left)) {
      done++;
      await add(answer);
      if (rows.length > 0) continue;
      progress.update(done);
      if (stopSignal() !== undefined) break;
    }
    await write();
    const signal = stopSignal();
    if (signal === undefined) await file.finish();
    progress.end(bad === 0 ? undefined : `${bad} cannot be read`);
    if (bad > 0) {
      console.error(`${bad} of ${all} images cannot be read: see "reason" in their rows.`);
      if (!allowUnreadable) process.exitCode = 1;
    }
    if (signal === undefined) console.log(out);
    else {
      process.exitCode = stopExitCode(signal);
      console.error(`Stopped after ${before + done} of ${all} images: the same command goes on behind them.`);
    }
  } finally {
    release();
    learn.dispose();
  }
}

/** As many as are predicted together. */
const rowsAtOnce = 16;

/** What tells a net from others: the beginning of its file's SHA-256. */
async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex").slice(0, 12);
}
