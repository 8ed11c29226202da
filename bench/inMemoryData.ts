import { Random } from "../src/core/Random.js";
import type { Batch } from "../src/data/Batch.js";
import type { DataBunch } from "../src/training/DataBunch.js";
import { readyLoader } from "../src/training/readyLoader.js";

export interface InMemoryOptions {
  /** Side of the square images, in pixels. */
  readonly size: number;
  /** Images in a batch. */
  readonly bs: number;
  /** Batches in a pass. */
  readonly trainBatches: number;
  readonly validBatches: number;
}

/** Data that cost nothing to load: two batches of seeded noise, handed out in turn. */
export function inMemoryData({ size, bs, trainBatches, validBatches }: InMemoryOptions): DataBunch {
  const drawn = [0, 1].map((k) => drawBatch(size, bs, new Random(0, k)));
  return {
    classes: ["A", "B"],
    c: 2,
    bs,
    seed: 0,
    trainDl: readyLoader(drawn, trainBatches),
    validDl: readyLoader(drawn, validBatches),
    fixDl: readyLoader(drawn, trainBatches),
    validDs: { length: validBatches * bs },
  };
}

function drawBatch(size: number, bs: number, random: Random): Batch {
  const items = Array.from({ length: bs }, (_, i) => i);
  return {
    x: Float32Array.from({ length: bs * size * size * 3 }, () => random.normal()),
    shape: [bs, size, size, 3],
    y: Int32Array.from(items, (item) => item % 2),
    items,
  };
}
