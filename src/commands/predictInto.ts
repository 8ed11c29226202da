import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { currentDisplay } from "../core/Display.js";
import { onStop, stopExitCode, stopSignal } from "../core/stopSignals.js";
import { loadLearner } from "../training/inference/loadLearner.js";
import type { FilePrediction, UnreadableFile } from "../training/inference/predictEach.js";
import { PredictionFile } from "../training/inference/PredictionFile.js";

/**
 * Each image as a row of a file, as it comes: what was interrupted goes on behind its last row, and files that cannot be
 * read are rows with their reason.
 */
export async function predictInto(out: string, paths: readonly string[], model: string): Promise<void> {
  const learn = await loadLearner(model);
  // Work that ends in its own way: the signal is asked for after each row.
  const release = onStop(() => undefined);
  try {
    const file = await PredictionFile.open(out, { classes: learn.classes, model: await hashOf(model) });
    const all = [...new Set(paths)];
    const left = all.filter((image) => !file.done.has(image));
    const before = all.length - left.length;
    if (before > 0) console.error(`${before} of ${all.length} images have rows in ${out} already.`);
    const progress = currentDisplay().taskProgress("Predicting", left.length);
    let [done, bad] = [0, 0];
    let rows: (FilePrediction | UnreadableFile)[] = [];
    const write = async (): Promise<void> => {
      await file.append(rows);
      rows = [];
      progress.update(done);
    };
    for await (const answer of learn.predictEach(left)) {
      rows.push(answer);
      done++;
      if ("reason" in answer) bad++;
      if (rows.length < rowsAtOnce) continue;
      await write();
      if (stopSignal() !== undefined) break;
    }
    await write();
    progress.end(bad === 0 ? undefined : `${bad} cannot be read`);
    if (bad > 0) process.exitCode = 1;
    const signal = stopSignal();
    if (signal === undefined) console.log(out);
    else {
      process.exitCode = stopExitCode(signal);
      console.error(
        `Stopped after ${before + done} of ${all.length} images: the same command goes on behind them.`,
      );
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
