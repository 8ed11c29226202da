import type { Preprocessing } from "../data/loading/prepareImage.js";

/** Numbers of some items and their labels: what a net is trained on. */
export interface TrainBatch {
  /** `[n, height, width, channels]` row by row: normalised pixels, or features in place of them. */
  readonly x: Float32Array;
  /** The shape of `x`. */
  readonly shape: readonly [n: number, height: number, width: number, channels: number];
  /** Class indices, `[n]`; of items that may have several labels see `targets`. */
  readonly y: Int32Array;
  /**
   * Targets of items that may have several labels, `[n, c]` row by row: 1 it has the label, 0 it has not, NaN it is not known.
   * Undefined: each item is of one class.
   */
  readonly targets?: Float32Array;
}

/** A batch, and which items it is. */
export interface ItemBatch extends TrainBatch {
  /** Indices of the items in their data set, `[n]`. */
  readonly items: readonly number[];
}

/** A loader as training sees it. */
export interface BatchLoader {
  /** What is gone over. */
  readonly dataset: {
    /** Number of items. */
    readonly length: number;
    /** What the labels are indices in, where the loader knows it. */
    readonly classes?: readonly string[];
    /** Whose images they are, where they come from files. */
    readonly items?: readonly {
      /** Absolute. */
      readonly path: string;
      /** "" where it has no label. */
      readonly class?: string;
      /** The number of the patient whose image it is. */
      readonly patient?: number;
    }[];
    /** What that one is called. @default "patient" */
    readonly groupNoun?: "patient" | "group" | undefined;
  };
  /** What is done to an image, where the loader knows it. */
  readonly preparation?: Preprocessing;
  /** Batches in one pass. */
  readonly length: number;
  /**
   * A pass over the data.
   * @param pass its number, from 0, which decides its random draws; a learner counts its own passes
   * @param from the number of batches to leave out at the start: a fit goes on within an epoch
   */
  batches(pass?: number, from?: number): AsyncIterable<ItemBatch>;
  /**
   * Everything that decides its batches, as plain data: two loaders that say the same give the same batches in the same
   * pass. A loader without it trains, but a fit on it has no backup.
   */
  describe?(): unknown;
}

/** What a learner needs of its data; `ImageDataBunch` is one. */
export interface DataBunch {
  readonly classes: readonly string[];
  /** The number of classes. */
  readonly c: number;
  readonly bs: number;
  readonly seed: number;
  readonly trainDl: BatchLoader;
  readonly validDl: BatchLoader;
  /** The training images as validation sees them: in order, none left out. */
  readonly fixDl: BatchLoader;
  /** Images without labels; undefined where there are none. */
  readonly testDl?: BatchLoader | undefined;
  readonly validDs: { readonly length: number };
  /** Whether items may have several labels; their batches have `targets` then. @default false */
  readonly isMultiLabel?: boolean;
}
