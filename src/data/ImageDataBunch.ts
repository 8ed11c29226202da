import path from "node:path";
import { inspect } from "node:util";
import { currentDisplay } from "../display/Display.js";
import { cores } from "../environment.js";
import { UserError } from "../errors.js";
import type { Batch } from "./Batch.js";
import { type OnBadImage, checkImages } from "./checkImages.js";
import { DataLoader, type DataLoaderOptions } from "./DataLoader.js";
import { ImageDataset } from "./ImageDataset.js";
import { requireFolder } from "./imageFolder.js";
import { imageGrid } from "./imageGrid.js";
import type { ImageStats } from "./imagenetStats.js";
import { Preparer } from "./Preparer.js";
import { SourceCache } from "./SourceCache.js";
import { splitItems } from "./splitItems.js";
import { streams } from "./streams.js";
import type { Transforms } from "./transforms/getTransforms.js";
import type { Transform } from "./transforms/Transform.js";

export interface FromFolderOptions {
  /** Folder of the training images, below the path. @default "train" */
  readonly train?: string;
  /** Folder of the validation images. @default "valid" */
  readonly valid?: string;
  /** Side of the square images, in pixels. */
  readonly size: number;
  /** Images in a batch. @default 64 */
  readonly bs?: number;
  /** Decides every draw: split, subset, shuffling, augmentation. @default 0 */
  readonly seed?: number;
  /** @default none: images are resized and cut to the central square */
  readonly dsTfms?: Transforms;
  /**
   * Take this share of all images below the path, at random, for validation, in place of the two folders. Where a
   * patient has several images they then fall on both sides, and the error rate looks better than it is.
   */
  readonly validPct?: number;
  /** Threads that prepare images; 0: the calling thread does it. @default one for each core, at most 16 */
  readonly numWorkers?: number;
  /** At most this many training images of each class, drawn by the seed; 0: all. @default 0 */
  readonly trainPerClass?: number;
  /** The same for validation. @default 0 */
  readonly validPerClass?: number;
  /** "skip" leaves out files that cannot be decoded and names them. @default "error" */
  readonly onBadImage?: OnBadImage;
}

interface Parts {
  readonly path: string;
  readonly trainDs: ImageDataset;
  readonly validDs: ImageDataset;
  readonly size: number;
  readonly bs: number;
  readonly seed: number;
  readonly dsTfms: Transforms;
  readonly preparer: Preparer;
  readonly cache: SourceCache;
  readonly secondsToLoad: number;
}

/** Training and validation images with their loaders: fast.ai's `ImageDataBunch`. */
export class ImageDataBunch {
  /** Absolute path of the data set. */
  readonly path: string;
  readonly trainDs: ImageDataset;
  readonly validDs: ImageDataset;
  readonly trainDl: DataLoader;
  readonly validDl: DataLoader;
  /** The training images as validation sees them: in order, none left out, with the transforms of validation. */
  readonly fixDl: DataLoader;
  /** Side of the square images, in pixels. */
  readonly size: number;
  /** Images in a batch. */
  readonly bs: number;
  readonly seed: number;
  /** The transforms of training and of validation. */
  readonly dsTfms: Transforms;
  /** How long finding and checking the files took. */
  readonly secondsToLoad: number;
  private stats: ImageStats | undefined;
  private readonly lookDl: DataLoader;
  private readonly preparer: Preparer;
  private readonly cache: SourceCache;

  private constructor(parts: Parts) {
    const { bs, size, seed, preparer, cache, dsTfms, trainDs, validDs } = parts;
    this.path = parts.path;
    this.trainDs = trainDs;
    this.validDs = validDs;
    this.size = size;
    this.bs = bs;
    this.seed = seed;
    this.dsTfms = dsTfms;
    this.secondsToLoad = parts.secondsToLoad;
    this.preparer = preparer;
    this.cache = cache;
    const train = { transforms: dsTfms.train, shuffle: true, dropLast: true };
    this.trainDl = this.newLoader(trainDs, { ...train, stream: [seed, streams.train] });
    this.lookDl = this.newLoader(trainDs, { ...train, stream: [seed, streams.look] });
    this.validDl = this.loader(validDs, dsTfms.valid);
    this.fixDl = this.loader(trainDs, dsTfms.valid);
  }

  /**
   * Images in folders named after their classes. Files are taken in sorted order; every file is decoded once before
   * anything is trained, so that a bad one is known now.
   * @param folder holds the folders `train` and `valid`
   * @throws UserError naming the folder, file or value that is wrong
   */
  static async fromFolder(folder: string, options: FromFolderOptions): Promise<ImageDataBunch> {
    const start = performance.now();
    const { train = "train", valid = "valid", seed = 0, dsTfms = { train: [], valid: [] } } = options;
    const size = integer("size", options.size, 8);
    const bs = integer("bs", options.bs ?? 64, 1);
    const trainPerClass = integer("trainPerClass", options.trainPerClass ?? 0, 0);
    const validPerClass = integer("validPerClass", options.validPerClass ?? 0, 0);
    const numWorkers = integer("numWorkers", options.numWorkers ?? Math.min(16, Math.max(1, cores())), 0);
    const { validPct, onBadImage = "error" } = options;
    integer("seed", seed, -Infinity);
    if (validPct !== undefined && !(validPct > 0 && validPct < 1)) {
      throw new UserError(`validPct is ${validPct}.`, "Give the share for validation, between 0 and 1.");
    }
    const root = path.resolve(folder);
    requireFolder(root, "The data set", "Give the folder that holds the training and validation folders.");

    const split = splitItems(root, { train, valid, seed, validPct, trainPerClass, validPerClass });
    const preparer = new Preparer(numWorkers);
    const cache = new SourceCache();
    const files = [...split.train, ...split.valid].map((file) => file.path);
    const bad = await checkImages(files, size, onBadImage, preparer, cache);

    const dataset = (chosen: typeof split.train): ImageDataset =>
      new ImageDataset(
        chosen
          .filter((file) => !bad.has(file.path))
          .map((file) => ({ ...file, label: split.classes.indexOf(file.class) })),
        split.classes,
      );
    const [trainDs, validDs] = [dataset(split.train), dataset(split.valid)];
    requireEnough(trainDs, validDs, bs, root);
    const secondsToLoad = (performance.now() - start) / 1000;
    const settings = { path: root, size, bs, seed, dsTfms, secondsToLoad };
    return new ImageDataBunch({ ...settings, trainDs, validDs, preparer, cache });
  }

  /** The class names, sorted; a label is an index in them. */
  get classes(): readonly string[] {
    return this.trainDs.classes;
  }

  /** The number of classes. */
  get c(): number {
    return this.classes.length;
  }

  /**
   * Has every batch normalised: (value - mean) / std for each channel.
   * @returns this
   * @throws UserError at the second call
   */
  normalize(stats: ImageStats): this {
    if (this.stats) {
      throw new UserError("The data are normalised already.", "Call normalize once, or load the data anew.");
    }
    this.stats = stats;
    return this;
  }

  /**
   * A loader of any images, with the bunch's batch size, image size and statistics: in order, none left out.
   * @param dataset its images are decoded when their batch's turn comes
   * @param transforms random ones draw anew at each pass
   */
  loader(dataset: ImageDataset, transforms: readonly Transform[]): DataLoader {
    const stream = [this.seed, streams.valid] as const;
    return this.newLoader(dataset, { transforms, shuffle: false, dropLast: false, stream });
  }

  /** The statistics the batches are normalised with; undefined before `normalize`. */
  get normalization(): ImageStats | undefined {
    return this.stats;
  }

  /** One batch of training images. Looking draws its own random numbers: training sees the same images without it. */
  async oneBatch(): Promise<Batch> {
    for await (const batch of this.lookDl.batches()) return batch;
    throw new UserError("There is no full batch of training images.", "Choose a smaller bs.");
  }

  /**
   * Shows `rows` x `rows` images, at most a batch, as training sees them: shuffled, augmented, below their class.
   * @param options `rows`: 5 by default
   */
  async showBatch(options: { readonly rows?: number } = {}): Promise<void> {
    const rows = integer("rows", options.rows ?? 5, 1);
    const batch = await this.oneBatch();
    const values = this.size * this.size * 3;
    const tiles = Array.from(batch.y.subarray(0, rows * rows), (label, k) => ({
      title: this.classes[label] ?? "",
      pixels: this.denormalised(batch.x.subarray(k * values, (k + 1) * values)),
    }));
    const titles = tiles.map(({ title }) => title).join(", ");
    const png = await imageGrid(tiles, this.size);
    currentDisplay().image(png, { alt: `${tiles.length} augmented training images, row by row: ${titles}` });
  }

  /** Ends the worker threads now; they end by themselves when idle, and come back when needed. */
  async close(): Promise<void> {
    await this.preparer.close();
  }

  /** What a notebook or `console.log` prints, after fast.ai's own summary. */
  [inspect.custom](): string {
    const part = (name: string, dataset: ImageDataset, loader: DataLoader): string => {
      const counts = dataset.counts().map((count, k) => `${count} ${this.classes[k] ?? ""}`);
      return `${name}: ${dataset.length} images (${counts.join(", ")}), batches of ${this.bs}: ${loader.length}`;
    };
    return [
      `ImageDataBunch: images of ${this.size} x ${this.size}, classes ${this.classes.join(", ")}`,
      part("Train", this.trainDs, this.trainDl),
      part("Valid", this.validDs, this.validDl),
      `Path: ${this.path}`,
    ].join("\n");
  }

  private newLoader(
    dataset: ImageDataset,
    options: Pick<DataLoaderOptions, "transforms" | "shuffle" | "dropLast" | "stream">,
  ): DataLoader {
    const { bs, size, preparer, cache } = this;
    return new DataLoader({ ...options, dataset, bs, size, preparer, cache, stats: () => this.stats });
  }

  private denormalised(pixels: Float32Array): Float32Array {
    const { stats } = this;
    if (!stats) return pixels;
    return pixels.map((value, k) => value * (stats.std[k % 3] ?? 1) + (stats.mean[k % 3] ?? 0));
  }
}

function requireEnough(train: ImageDataset, valid: ImageDataset, bs: number, root: string): void {
  for (const dataset of [train, valid]) {
    if (dataset.length > 0) continue;
    throw new UserError(`No usable image is left in ${root}.`, "Repair the files that were left out.");
  }
  const missing = train.counts().indexOf(0);
  if (missing !== -1) {
    throw new UserError(
      `No usable training image of the class "${train.classes[missing] ?? ""}" is left in ${root}.`,
      "Repair the files that were left out.",
    );
  }
  if (train.length < bs) {
    throw new UserError(
      `There are ${train.length} training images, fewer than the batch size ${bs}: not one full batch.`,
      `Choose a bs of at most ${train.length}, or more images.`,
    );
  }
}

function integer(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  const range = least === -Infinity ? "" : ` from ${least}`;
  throw new UserError(`${name} is ${value}.`, `Give a whole number${range}.`);
}
