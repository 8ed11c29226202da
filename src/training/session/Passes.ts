import type { BatchLoader, ItemBatch } from "../DataBunch.js";

/** Counts a learner's own passes over each loader, so that what others do with the data changes none of its draws. */
export class Passes {
  private readonly counts = new WeakMap<BatchLoader, number>();

  /** The number of the next pass over a loader. */
  next(loader: BatchLoader): number {
    return this.counts.get(loader) ?? 0;
  }

  /** Has the next pass over a loader be that of a number. */
  goTo(loader: BatchLoader, pass: number): void {
    this.counts.set(loader, pass);
  }

  /** Begins the next pass over a loader. @returns its number */
  begin(loader: BatchLoader): number {
    const pass = this.next(loader);
    this.goTo(loader, pass + 1);
    return pass;
  }

  /** The batches of the next pass over a loader. */
  over(loader: BatchLoader): AsyncIterable<ItemBatch> {
    return loader.batches(this.begin(loader));
  }
}
