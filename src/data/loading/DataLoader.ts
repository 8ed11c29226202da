import { inspect } from "node:util";
import { Random } from "../../core/Random.js";
import type { Batch } from "../Batch.js";
import { type BatchToDraw, drawBatch } from "./drawBatch.js";
import { describeItems } from "../describeItems.js";
import type { ImageDataset } from "../ImageDataset.js";
import type { ImageStats } from "../../core/imagenetStats.js";
import type { WorkerPool } from "./WorkerPool.js";
import type { ImageCache } from "./ImageCache.js";
import type { Resizing } from "../transforms/resizing.js";
import { ownTransformsCode, type Transform } from "../transforms/Transform.js";
import { drawWeighted } from "../labels/weightedSampler.js";
import type { Preprocessing } from "./prepareImage.js";

/** Batches prepared ahead may hold this many bytes together, but at least two batches are. */
const aheadBytes = 2 ** 30;

/** What a loader is made of. */
export interface DataLoaderOptions {
  readonly dataset: ImageDataset;
  readonly bs: number;
  /** Side of the square images, in pixels. */
  readonly size: number;
  readonly resizing?: Resizing;
  readonly transforms: readonly Transform[];
  readonly shuffle: boolean;
  /** One for each item: a pass draws as many items, with replacement, by these weights, in place of shuffling. */
  readonly weights?: readonly number[];
  /** Leave out a last batch that is not full. */
  readonly dropLast: boolean;
  /** Asked at the start of each pass; undefined: pixels stay in 0..1. */
  readonly stats: () => ImageStats | undefined;
  /** The seed and what sets this loader's random numbers apart from those of others. */
  readonly stream: readonly [seed: number, ...stream: number[]];
  readonly workers: WorkerPool;
  readonly cache: ImageCache;
}

/**
 * Goes over a data set in batches, which worker threads prepare while the last one is being used. All randomness
 * comes from the seed, the number of the pass and the item's index: neither the number of threads nor their speed
 * changes a pixel.
 */
export class DataLoader {
  /** The images that are gone over. */
  readonly dataset: ImageDataset;
  /** Images in a batch. */
  readonly bs: number;
  /** The number of the next pass that is asked for without a number; set back, it is gone through again. */
  nextPass = 0;

  /** @internal `ImageDataBunch.loader` makes one. */
  constructor(private readonly options: DataLoaderOptions) {
    this.dataset = options.dataset;
    this.bs = options.bs;
  }

  /** What is done to its images. */
  get preparation(): Preprocessing {
    const { size, resizing, transforms, stats } = this.options;
    return { size, ...resizing, transforms, stats: stats() };
  }

  /** What a notebook or `console.log` shows. */
  [inspect.custom](): string {
    const { transforms, size } = this.options;
    const names = transforms.map(({ name }) => name).join(", ") || "none";
    return `DataLoader: ${this.length} batches of ${this.bs} of ${this.dataset.length} images of ${size} x ${size}; transforms: ${names}`;
  }

  /** Batches in one pass. */
  get length(): number {
    const batches = this.dataset.length / this.bs;
    return this.options.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  /**
   * A pass over the data. Leaving a `for await` loop early ends the pass.
   * @param pass its number, which its random draws come from; default the next one of this loader. A learner counts
   *   its own passes.
   * @param from the number of batches to leave out at the start, for which nothing is decoded
   * @throws UserError naming a file that cannot be decoded
   */
  async *batches(pass = this.nextPass++, from = 0): AsyncGenerator<Batch, void, undefined> {
    const draws = this.draws(pass);
    const stats = this.options.stats();
    const stopped = new Int32Array(new SharedArrayBuffer(4));
    const ahead: Promise<Batch>[] = [];
    try {
      for (let next = from, given = from; given < this.length; given++) {
        for (; next < this.length && ahead.length < this.prefetch(); next++) {
          const batch = this.prepare(draws.slice(next * this.bs, (next + 1) * this.bs), pass, stats, stopped);
          // Thrown when its turn comes; until then nobody has asked.
          batch.catch(() => undefined);
          ahead.push(batch);
        }
        const batch = await ahead.shift();
        if (batch) yield batch;
      }
    } finally {
      Atomics.store(stopped, 0, 1);
    }
  }

  /** Everything that decides its batches, as plain data. */
  describe(): unknown {
    const { shuffle, weights, dropLast, stream } = this.options;
    const images = describeItems(this.dataset.items);
    const code = ownTransformsCode(this.options.transforms);
    return { images, bs: this.bs, ...this.preparation, code, shuffle, weights, dropLast, stream };
  }

  /**
   * The items of a pass in their order, as indices in the data set.
   * @internal
   */
  itemsOf(pass: number): number[] {
    return this.draws(pass).map((draw) => draw % this.dataset.length);
  }

  /** Without threads the batch in hand is the only one; else two for each thread, within reason. */
  private prefetch(): number {
    const { workers, size } = this.options;
    if (workers.numWorkers === 0) return 1;
    const fitting = Math.floor(aheadBytes / (this.bs * size * size * 3 * 4));
    return Math.max(2, Math.min(fitting, 2 * workers.numWorkers));
  }

  /** What a pass goes through: the item modulo the length, plus the length for each time it was drawn before. */
  private draws(pass: number): number[] {
    const { stream, shuffle, weights, dataset } = this.options;
    const random = new Random(...stream, pass);
    if (weights) return countRepeats(drawWeighted(random, weights));
    return shuffle ? random.permutation(dataset.length) : dataset.items.map((_, i) => i);
  }

  private async prepare(
    draws: readonly number[],
    pass: number,
    stats: ImageStats | undefined,
    stopped: Int32Array,
  ): Promise<Batch> {
    const { dataset, size, resizing, transforms, stream, workers, cache } = this.options;
    const items = draws.map((draw) => draw % dataset.length);
    const chosen = items.flatMap((item) => dataset.items[item] ?? []);
    const batch: BatchToDraw = {
      images: chosen.map(({ path }, k) => ({ path, item: draws[k] ?? 0, source: cache.get(path) })),
      size,
      ...resizing,
      transforms,
      stream: [...stream, pass],
      stats,
      stopped,
    };
    const result = await drawBatch(batch, (request) => workers.batch(request));
    if (result === undefined) throw new Error("The pass was ended.");
    for (const { place, source } of result.decoded) cache.offer(chosen[place]?.path ?? "", source);
    return {
      x: result.x,
      shape: [items.length, size, size, 3],
      y: Int32Array.from(chosen, ({ label }) => label),
      ...(dataset.isMultiLabel && {
        targets: Float32Array.from(chosen.flatMap(({ targets = [] }) => targets)),
      }),
      items,
    };
  }
}

/** Adds the number of items to an item for each time it came before. */
function countRepeats(items: readonly number[]): number[] {
  const times = new Map<number, number>();
  return items.map((item) => {
    const before = times.get(item) ?? 0;
    times.set(item, before + 1);
    return item + before * items.length;
  });
}
