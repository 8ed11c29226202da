import { Random } from "../src/engine/random.js";
import type { Batch } from "../src/data/Batch.js";
import type { BatchLoader, DataBunch } from "../src/training/DataBunch.js";

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
    trainDl: loader(drawn, trainBatches),
    validDl: loader(drawn, validBatches),
    fixDl: loader(drawn, trainBatches),
    validDs: { length: validBatches * bs },
  };
}

function loader(drawn: readonly Batch[], length: number): BatchLoader {
  return {
    nextPass: 0,
    dataset: { length: length * (drawn[0]?.y.length ?? 0) },
    length,
    async *batches() {
      this.nextPass++;
      for (let i = 0; i < length; i++) {
        const batch = drawn[i % drawn.length];
        // A copy, as a loader's batches are new ones: whoever trains may do with them what it likes.
        if (batch) yield await Promise.resolve({ ...batch, x: batch.x.slice() });
      }
    },
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
