import type { Batch } from "../../src/data/Batch.js";
import { Random } from "../../src/core/Random.js";
import type { DataBunch } from "../../src/training/DataBunch.js";

export interface DrawnDataOptions {
  readonly train?: number;
  readonly valid?: number;
  readonly size?: number;
  readonly bs?: number;
  readonly seed?: number;
  /** @default DARK and LIGHT */
  readonly classes?: readonly string[];
}

/** Noise, brighter for later classes: data that a net learns within a few steps, made without any file. */
export function drawnData(options: DrawnDataOptions = {}): DataBunch {
  const { train = 32, valid = 20, size = 32, bs = 8, seed = 1 } = options;
  const { classes = ["DARK", "LIGHT"] } = options;
  const c = classes.length;
  const loader = (n: number, stream: number, dropLast: boolean) => ({
    dataset: { length: n },
    length: dropLast ? Math.floor(n / bs) : Math.ceil(n / bs),
    async *batches(): AsyncGenerator<Batch> {
      for (let i = 0; i < this.length; i++) {
        const items = Array.from({ length: Math.min(bs, n - i * bs) }, (_, k) => i * bs + k);
        yield await Promise.resolve(drawBatch(items, size, seed, stream, c));
      }
    },
  });
  return {
    classes,
    c,
    bs,
    seed,
    trainDl: loader(train, 1, true),
    validDl: loader(valid, 2, false),
    fixDl: loader(train, 1, false),
    validDs: { length: valid },
  };
}

function drawBatch(items: readonly number[], size: number, seed: number, stream: number, c: number): Batch {
  const y = Int32Array.from(items, (item) => item % c);
  const perItem = size * size * 3;
  const x = new Float32Array(items.length * perItem);
  items.forEach((item, k) => {
    const random = new Random(seed, stream, item);
    for (let j = 0; j < perItem; j++) x[k * perItem + j] = random.normal() + 1.5 * (item % c) - 0.75;
  });
  return { x, shape: [items.length, size, size, 3], y, items };
}
