import type { Batch } from "../data/Batch.js";

/** A loader as training sees it. */
export interface BatchLoader {
  readonly dataset: {
    readonly length: number;
    /** Whose images they are, where they come from files. */
    readonly items?: readonly { readonly path: string }[];
  };
  /** Batches in one pass. */
  readonly length: number;
  /** The number of the next pass: decides its random draws. */
  nextPass: number;
  /** A new pass over the data. */
  batches(): AsyncIterable<Batch>;
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
  readonly testDl?: BatchLoader;
  readonly validDs: { readonly length: number };
}
