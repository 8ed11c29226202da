import { requireTransforms } from "./transforms/requireTransforms.js";
import { checkArguments, having } from "../core/checkArguments.js";
import { classCountsInWords } from "../core/classCounts.js";
import { cellOf } from "../core/resultTables.js";
import { withWords } from "../core/withWords.js";
import { checkOptions } from "../core/checkOptions.js";
import { inspect } from "node:util";
import { UserError } from "../core/errors.js";
import type { Batch } from "./Batch.js";
import { checkInteger, checkOneOf } from "../core/checkNumber.js";
import type { ImageDataBunchOptions } from "./bunchOptions.js";
import { divisions, type FromFolderOptions } from "./divisions.js";
import { labelledKinds } from "./optionKinds.js";
import { DataLoader, type DataLoaderOptions } from "./loading/DataLoader.js";
import { type Duplicate, type DuplicateOptions, findDuplicates } from "./images/findDuplicates.js";
import type { ImageDataset } from "./ImageDataset.js";
import { type ImageStats, requireStats } from "../core/imagenetStats.js";
import { type LabelOf, labelFromRe } from "./labels/labelFiles.js";
import type { CsvOptions } from "./labels/labelFromCsv.js";
import { labelledDataset, type LabelledOptions } from "./labelledDataset.js";
import { type BunchParts, loadBunch } from "./loadBunch.js";
import type { WorkerPool } from "./loading/WorkerPool.js";
import { showBatch, type ShowBatchOptions } from "./figures/showBatch.js";
import type { ImageCache } from "./loading/ImageCache.js";
import { randomStreams } from "../core/randomStreams.js";
import type { Resizing } from "./transforms/resizing.js";
import type { Transforms } from "./transforms/getTransforms.js";
import type { Transform } from "./transforms/Transform.js";
import { namesInText } from "../core/nameInText.js";

const anImageSet = having("a set of images", "items", "classes");

/** Which images. */
export type DsType = "train" | "valid" | "test";

/** Training and validation images with their loaders: fast.ai's `ImageDataBunch`. */
export class ImageDataBunch {
  /** Absolute path of the data set. */
  readonly path: string;
  /** Images that train. */
  readonly trainDs: ImageDataset;
  /** Images that validate. */
  readonly validDs: ImageDataset;
  /** Images that neither train nor validate, to choose thresholds on; undefined without the option `heldOutPct`. */
  readonly heldOutDs: ImageDataset | undefined;
  /** Images without labels; undefined without the option `test`. */
  readonly testDs: ImageDataset | undefined;
  /** The images of `trainDs`, shuffled or drawn anew at each pass, augmented, in full batches only. */
  readonly trainDl: DataLoader;
  /** The images of `validDs`, in order. */
  readonly validDl: DataLoader;
  /** The images of `heldOutDs`, in order. */
  readonly heldOutDl: DataLoader | undefined;
  /** The images of `testDs`, in order. */
  readonly testDl: DataLoader | undefined;
  /** The training images as validation sees them: in order, none left out, with the transforms of validation. */
  readonly fixDl: DataLoader;
  /** Side of the square images, in pixels. */
  readonly size: number;
  /** How images are brought to that size. */
  readonly resizing: Required<Resizing>;
  /** Images in a batch. */
  readonly bs: number;
  /** Decides every random draw of the data. */
  readonly seed: number;
  /** The transforms of training and of validation. */
  readonly dsTfms: Transforms;
  /** How long finding and checking the files took. */
  readonly secondsToLoad: number;
  private stats: ImageStats | undefined;
  private readonly previewDl: DataLoader;
  private readonly workers: WorkerPool;
  private readonly cache: ImageCache;

  private constructor(private readonly parts: BunchParts) {
    const { trainDs, validDs, heldOutDs, testDs, seed, dsTfms } = parts;
    this.path = parts.path;
    this.trainDs = trainDs;
    this.validDs = validDs;
    this.heldOutDs = heldOutDs;
    this.testDs = testDs;
    this.size = parts.size;
    const { resizeMethod, paddingMode, applyExifOrientation } = parts;
    this.resizing = { resizeMethod, paddingMode, applyExifOrientation };
    this.bs = parts.bs;
    this.seed = seed;
    this.dsTfms = dsTfms;
    this.secondsToLoad = parts.secondsToLoad;
    this.workers = parts.workers;
    this.cache = parts.cache;
    const classWeights = parts.sampler && this.classWeights();
    const weights = classWeights && trainDs.items.map(({ label }) => classWeights[label] ?? 0);
    const train = { transforms: dsTfms.train, shuffle: true, weights, dropLast: true };
    this.trainDl = this.newLoader(trainDs, { ...train, stream: [seed, randomStreams.train] });
    this.previewDl = this.newLoader(trainDs, { ...train, stream: [seed, randomStreams.look] });
    this.validDl = this.loader(validDs, dsTfms.valid);
    this.heldOutDl = heldOutDs && this.loader(heldOutDs, dsTfms.valid);
    this.testDl = testDs && this.loader(testDs, dsTfms.valid);
    this.fixDl = this.loader(trainDs, dsTfms.valid);
  }

  /**
   * Images in folders named after their classes: the class is the folder directly below `train` or `valid`, whatever
   * folders lie in it (see `classFolder`). Files are taken in sorted order, and are told by their content where their
   * ending says nothing; one sentence says what was left out. Here as in the other ways to make a bunch, every file is
   * decoded once before anything is trained, so that a bad one is known now.
   * @param folder holds the folders `train` and `valid`; with `validPct`, the classes' folders, or splits that do
   * @throws UserError naming the folder, file or value that is wrong, or two ways to read the folders
   */
  static async fromFolder(folder: string, options: FromFolderOptions): Promise<ImageDataBunch> {
    return ImageDataBunch.load(folder, options, divisions.byFolders(options));
  }

  /**
   * Images with labels from two lists of the same length; a random share validates.
   * @param folder what `fnames` are below, unless they are absolute
   * @throws UserError naming the folder, file or value that is wrong
   */
  static async fromLists(
    folder: string,
    fnames: readonly string[],
    labels: readonly string[],
    options: ImageDataBunchOptions,
  ): Promise<ImageDataBunch> {
    return ImageDataBunch.load(folder, options, divisions.byLists(fnames, labels, options));
  }

  /**
   * Images with labels from a CSV file; a random share validates, or those that `validCol` names. One sentence says how
   * many images lie beside the listed ones and are not listed.
   * @param folder holds the file and, below it, the images
   * @throws UserError naming the folder, file, row, column or value that is wrong
   */
  static async fromCsv(folder: string, options: ImageDataBunchOptions & CsvOptions): Promise<ImageDataBunch> {
    return ImageDataBunch.load(folder, options, divisions.byCsv(options));
  }

  /**
   * Images with labels that a function reads from each one's absolute path; a random share validates.
   * @param fnames as in `fromLists`; undefined: every image below the folder, but for those of `test`
   * @throws UserError naming the folder, file or value that is wrong
   */
  static async fromNameFunc(
    folder: string,
    fnames: readonly string[] | undefined,
    labelFunc: LabelOf,
    options: ImageDataBunchOptions,
  ): Promise<ImageDataBunch> {
    return ImageDataBunch.load(folder, options, divisions.byNameFunc(fnames, labelFunc, options));
  }

  /**
   * Images with labels that a pattern finds in each one's path; a random share validates.
   * @param fnames as in `fromNameFunc`
   * @param pattern its first group is the label, such as `/_(bacteria|virus)_/`; "/" stands between the path's parts
   * @throws UserError naming the folder, file or value that is wrong
   */
  static async fromNameRe(
    folder: string,
    fnames: readonly string[] | undefined,
    pattern: RegExp | string,
    options: ImageDataBunchOptions,
  ): Promise<ImageDataBunch> {
    return ImageDataBunch.fromNameFunc(folder, fnames, labelFromRe(pattern), options);
  }

  private static async load(...how: Parameters<typeof loadBunch>): Promise<ImageDataBunch> {
    return new ImageDataBunch(await loadBunch(...how));
  }

  /**
   * How the images were found, divided and drawn.
   * @internal
   */
  get loadedBy(): Pick<
    BunchParts,
    "how" | "groupBy" | "sampler" | "trainPerClass" | "validPerClass" | "onBadImage" | "leftOut"
  > {
    return this.parts;
  }

  /**
   * Why results may be worth less than they seem, in sentences: what loading has warned of, such as patients that train and
   * validate, and {@link labelledLoader} after it.
   */
  get warnings(): readonly string[] {
    return this.parts.warnings;
  }

  /** The class names, sorted; a label is an index in them. */
  get classes(): readonly string[] {
    return this.trainDs.classes;
  }

  /** Whether images may have several labels. */
  get isMultiLabel(): boolean {
    return this.trainDs.isMultiLabel;
  }

  /** The number of classes. */
  get c(): number {
    return this.classes.length;
  }

  /**
   * Has every batch normalised: (value - mean) / std for each channel.
   * @returns this
   * @throws UserError at the second call, and for statistics that are none
   */
  normalize(stats: ImageStats): this {
    if (this.stats) {
      throw new UserError("The data are normalised already.", "Call normalize once, or load the data anew.");
    }
    this.stats = requireStats(stats);
    return this;
  }

  /**
   * A loader of any images, with the bunch's batch size, image size and statistics: in order, none left out.
   * @param dataset its images are decoded when their batch's turn comes
   * @param transforms random ones draw anew at each pass
   */
  loader(dataset: ImageDataset, transforms: readonly Transform[]): DataLoader {
    checkArguments("data.loader(data.validDs, [])", { dataset: [dataset, anImageSet] });
    requireTransforms("transforms", transforms);
    const stream = [this.seed, randomStreams.valid] as const;
    return this.newLoader(dataset, { transforms, shuffle: false, dropLast: false, stream });
  }

  /**
   * A loader of images that are looked at only now, such as a test set that is to be judged on once, when everything
   * is chosen: in order, prepared as those of validation. Their folder holds a folder for each class; images of patients
   * that train or validate are reported, and so are exact copies. Whose they are is known from `groupBy` alone: `patientCol` of
   * `fromCsv` says nothing of files that its table does not list, and each of them then counts by itself.
   * @param options `perClass`: at most so many of each class, drawn by the seed; 0, the default: all
   * @throws UserError naming the folder or file that is wrong
   */
  async labelledLoader(folder: string, options: LabelledOptions = {}): Promise<DataLoader> {
    checkOptions("labelledLoader()", options, labelledKinds);
    return this.loader(await labelledDataset(folder, this.parts, options), this.dsTfms.valid);
  }

  /** The statistics the batches are normalised with; undefined before `normalize`. */
  get normalization(): ImageStats | undefined {
    return this.stats;
  }

  /** A weight for each class that makes rare ones count as much as frequent ones: n / (c * training images). */
  classWeights(): number[] {
    return this.trainDs.classWeights();
  }

  /**
   * One batch: of training a drawn and augmented one, of the others the first. Looking draws its own random numbers:
   * training sees the same images without it.
   * @param dsType "train" by default
   * @param batch which one, from 0 on; the first by default
   * @throws UserError when there is no such set or batch
   */
  async oneBatch(dsType: DsType = "train", batch = 0): Promise<Batch> {
    checkOneOf("dsType", dsType, ["train", "valid", "test"]);
    const dataset = { train: this.trainDs, valid: this.validDs, test: this.testDs }[dsType];
    if (!dataset) throw new UserError("The data have no test set.", "Load them with the option `test`.");
    const loader = dsType === "train" ? this.previewDl : this.loader(dataset, this.dsTfms.valid);
    for await (const found of loader.batches(undefined, checkInteger("batch", batch, 0)))
      return inWords(found, dsType);
    if (loader.length === 0)
      throw new UserError("There is no full batch of training images.", "Choose a smaller bs.");
    throw new UserError(`There is no batch ${batch}.`, `Give a number from 0 to ${loader.length - 1}.`);
  }

  /**
   * Shows images of {@link oneBatch} in a grid, as the net sees them but for normalisation, below their class; or one image
   * in several augmentations.
   * @throws UserError naming an option that is not known or makes no sense
   */
  async showBatch(options: ShowBatchOptions = {}): Promise<void> {
    await showBatch(this, options);
  }

  /**
   * Looks for images that are in two of the bunch's sets, as {@link findDuplicates} does; {@link showDuplicates}
   * shows them.
   */
  findDuplicates(options: DuplicateOptions = {}): Promise<Duplicate[]> {
    const { trainDs: train, validDs: valid, heldOutDs: heldOut, testDs: test } = this;
    return findDuplicates({ train, valid, ...(heldOut && { heldOut }), ...(test && { test }) }, options);
  }

  /** Ends the worker threads now; they end by themselves when idle, and come back when needed. */
  async close(): Promise<void> {
    await this.workers.close();
  }

  /** What a notebook or `console.log` prints, after fast.ai's own summary. */
  [inspect.custom](): string {
    const part = (name: string, dataset: ImageDataset, loader: DataLoader): string => {
      const counts = classCountsInWords(this.classes, dataset.counts());
      return `${name}: ${dataset.length} images (${counts}), batches of ${this.bs}: ${loader.length}`;
    };
    return [
      `ImageDataBunch: images of ${this.size} x ${this.size}, classes ${namesInText(this.classes)}`,
      part("Train", this.trainDs, this.trainDl),
      part("Valid", this.validDs, this.validDl),
      ...(this.heldOutDs && this.heldOutDl ? [part("Held out", this.heldOutDs, this.heldOutDl)] : []),
      ...(this.testDs ? [`Test: ${this.testDs.length} images without labels`] : []),
      `Path: ${this.path}`,
    ].join("\n");
  }

  private newLoader(
    dataset: ImageDataset,
    options: Pick<DataLoaderOptions, "transforms" | "shuffle" | "weights" | "dropLast" | "stream">,
  ): DataLoader {
    const { bs, size, resizing, workers, cache } = this;
    return new DataLoader({
      ...options,
      dataset,
      bs,
      size,
      resizing,
      workers,
      cache,
      stats: () => this.stats,
    });
  }
}

/** The same batch, which is shown in one line: its pixels are thousands of numbers. */
const inWords = (batch: Batch, dsType: DsType): Batch =>
  withWords(
    batch,
    ({ shape, y }) =>
      `Batch of ${y.length} ${dsType} images. x: Float32Array [${shape.join(", ")}], normalised pixels; ` +
      `y: Int32Array [${y.length}], ${cellOf(y)}`,
  );
