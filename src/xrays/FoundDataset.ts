import type { DataSource } from "./DataSource.js";

/** A data set, ready for `ImageDataBunch.fromFolder(path, { train, valid, ... })`. */
export interface FoundDataset {
  /** Absolute. */
  readonly path: string;
  /** Kermany's X-rays, by the names of all images in the two folders; drawn phantoms; or any others. */
  readonly kind: DataSource;
  /** Name of the training images' folder in `path`. */
  readonly train: string;
  /** Name of the validation images' folder in `path`. */
  readonly valid: string;
}
