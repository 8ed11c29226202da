import type { Batch } from "../../data/Batch.js";
import { drawBatch } from "../../data/loading/drawBatch.js";
import type { Preprocessing } from "../../data/loading/prepareImage.js";
import type { WorkerPool } from "../../data/loading/WorkerPool.js";
import { type Decision, type Prediction, predictionsOf } from "./Prediction.js";

/** A prediction and whose it is. */
export interface FilePrediction extends Prediction {
  /** As it was given; absolute below a folder that was. */
  readonly path: string;
}

/** A file that cannot be predicted. */
export interface UnreadableFile {
  /** As it was given. */
  readonly path: string;
  /** Why, as a clause that completes "the file ...". */
  readonly reason: string;
}

/** What the predictions of many files are made with. */
export interface PredictEachOptions {
  readonly preparation: Preprocessing;
  readonly decision: Decision;
  readonly workers: WorkerPool;
  readonly evaluate: (batch: Batch) => Promise<{ readonly logits: Float32Array }>;
}

/** Images that are predicted together. */
export const bs = 16;

/** Batches that are decoded while one is predicted, for each thread that decodes. */
const aheadOfEach = 2;

/** Files in their order, decoded: those that can be used as one batch. */
interface Prepared {
  readonly paths: readonly string[];
  /** Why a file cannot be used, by its path. */
  readonly bad: ReadonlyMap<string, string>;
  /** Undefined where none can be used. */
  readonly batch: Batch | undefined;
}

/**
 * Predicts any number of files, in their order, with as much memory for a million as for a thousand: batches are decoded
 * while the one before them is predicted. A file that cannot be used is one of the answers, and the others go on.
 */
export async function* predictEach(
  paths: Iterable<string>,
  { preparation, decision, workers, evaluate }: PredictEachOptions,
): AsyncGenerator<FilePrediction | UnreadableFile, void, undefined> {
  const ahead: Promise<Prepared>[] = [];
  const most = Math.max(1, aheadOfEach * workers.numWorkers);
  const chunks = inChunks(paths);
  const fill = (): void => {
    while (ahead.length < most) {
      const { done = false, value } = chunks.next();
      if (done || !value) return;
      const prepared = prepare(value, preparation, workers);
      // Thrown when its turn comes; until then nobody has asked.
      prepared.catch(() => undefined);
      ahead.push(prepared);
    }
  };
  let rows = 0;
  for (;;) {
    fill();
    const prepared = await ahead.shift();
    if (!prepared) return;
    const { batch } = prepared;
    rows = Math.max(rows, batch?.shape[0] ?? 0);
    const predictions = batch ? predictionsOf((await evaluate(filledUp(batch, rows))).logits, decision) : [];
    let next = 0;
    for (const path of prepared.paths) {
      const reason = prepared.bad.get(path);
      const prediction = reason === undefined ? predictions[next++] : undefined;
      if (prediction) yield { path, ...prediction };
      else yield { path, reason: reason ?? "was given no prediction" };
    }
  }
}

/** With empty images up to a number of them: a batch of another shape would have the graph recorded anew. */
function filledUp({ x, shape: [n, height, width, channels], y, items }: Batch, rows: number): Batch {
  if (n === rows) return { x, shape: [n, height, width, channels], y, items };
  const filled = new Float32Array(rows * height * width * channels);
  filled.set(x);
  return { x: filled, shape: [rows, height, width, channels], y: new Int32Array(rows), items };
}

async function prepare(
  paths: readonly string[],
  { stats, ...preparation }: Preprocessing,
  workers: WorkerPool,
): Promise<Prepared> {
  const { size, resizeMethod, applyExifOrientation } = preparation;
  const { images } = await workers.check({ kind: "check", paths, size, resizeMethod, applyExifOrientation });
  const bad = new Map<string, string>();
  const usable = images.flatMap((image, k) => {
    const path = paths[k] ?? "";
    if (!("reason" in image)) return [{ path, item: 0, source: image }];
    bad.set(path, image.reason);
    return [];
  });
  if (usable.length === 0) return { paths, bad, batch: undefined };
  const request = { images: usable, ...preparation, stream: [0] as const, stats, stopped: new Int32Array(1) };
  const drawn = await drawBatch(request, (batch) => workers.batch(batch));
  if (!drawn) throw new Error("nobody stopped it");
  const n = usable.length;
  const batch = {
    x: drawn.x,
    shape: [n, size, size, 3] as const,
    y: new Int32Array(n),
    items: usable.map((_, i) => i),
  };
  return { paths, bad, batch };
}

function* inChunks(paths: Iterable<string>): Generator<string[], void, undefined> {
  let chunk: string[] = [];
  for (const path of paths) {
    chunk.push(path);
    if (chunk.length < bs) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
