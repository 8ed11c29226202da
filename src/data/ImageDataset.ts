/** One labelled image. */
export interface ImageItem {
  /** Absolute path. */
  readonly path: string;
  /** Index in the classes. */
  readonly label: number;
  readonly class: string;
}

/** Labelled images in a fixed order: of training or of validation. */
export class ImageDataset {
  /**
   * @param items in their order
   * @param classes in the order of their indices
   */
  constructor(
    readonly items: readonly ImageItem[],
    readonly classes: readonly string[],
  ) {}

  get length(): number {
    return this.items.length;
  }

  /** Images of each class, in the order of `classes`. */
  counts(): number[] {
    const counts = this.classes.map(() => 0);
    for (const { label } of this.items) counts[label] = (counts[label] ?? 0) + 1;
    return counts;
  }
}
