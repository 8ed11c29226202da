import { currentDisplay } from "../../core/Display.js";
import type { BatchLoader, ItemBatch } from "../DataBunch.js";

/** How often a loader was gone over in a fit, as plain data. */
export interface PassPlace {
  /** What tells the loader from others: what decides its batches. */
  readonly loader: string;
  /** The number of its next pass. */
  readonly next: number;
}

interface Count {
  next: number;
}

interface FollowedCount {
  readonly loader: string;
  readonly count: Count;
  /** Whether it comes from another process, and no loader of this one has gone on with it. */
  isAwaited: boolean;
}

/** Counts a learner's own passes over each loader, so that what others do with the data changes none of its draws. */
export class Passes {
  private readonly counts = new WeakMap<BatchLoader, Count>();
  /** What tells a loader from others; undefined: nobody wants to know. */
  private describe: ((loader: BatchLoader) => string) | undefined;
  /** The counts of the loaders that were gone over since `follow`, in the order of their first passes. */
  private followed: FollowedCount[] = [];

  /** The number of the next pass over a loader. */
  next(loader: BatchLoader): number {
    return this.countOf(loader).next;
  }

  /** Has the next pass over a loader be that of a number. */
  goTo(loader: BatchLoader, pass: number): void {
    this.countOf(loader).next = pass;
  }

  /** Begins the next pass over a loader. @returns its number */
  begin(loader: BatchLoader): number {
    const count = this.countOf(loader);
    if (this.describe && this.followed.every((each) => each.count !== count)) {
      this.followed.push({ loader: this.describe(loader), count, isAwaited: false });
    }
    return count.next++;
  }

  /** The batches of the next pass over a loader. */
  over(loader: BatchLoader): AsyncIterable<ItemBatch> {
    return loader.batches(this.begin(loader));
  }

  /** Remembers from now on which loaders are gone over: a fit begins, whose backup keeps their places. */
  follow(describe: (loader: BatchLoader) => string): void {
    this.describe = describe;
    this.followed = this.followed.filter(({ isAwaited }) => isAwaited);
  }

  /** The places of the loaders that were gone over since `follow`. */
  places(): PassPlace[] {
    return this.followed.map(({ loader, count: { next } }) => ({ loader, next }));
  }

  /**
   * Puts the loaders back to the places that they had in another process.
   * @param first those of the data that the fit began with
   * @param present those of the data that the learner has now
   */
  restore(
    places: readonly PassPlace[],
    { first, present }: { readonly first: readonly BatchLoader[]; readonly present: readonly BatchLoader[] },
  ): void {
    const known = new Set(places.map(({ loader }) => loader));
    const earlier = this.followed.filter(({ loader, isAwaited }) => isAwaited && !known.has(loader));
    const restored = places.map(({ loader, next }) => ({ loader, count: { next }, isAwaited: true }));
    this.followed = [...earlier, ...restored];
    for (const loader of first) this.take(loader, (counts) => counts[0]);
    // Others may look like them: a callback that makes its data anew.
    for (const loader of present) if (!first.includes(loader)) this.take(loader, (counts) => counts.at(-1));
  }

  private countOf(loader: BatchLoader): Count {
    const known = this.counts.get(loader);
    if (known) return known;
    // Where several look like it, they are made anew each time, and this is one more.
    const taken = this.take(loader, (counts) => (counts.length === 1 ? counts[0] : undefined));
    if (taken && taken.next > 0) {
      currentDisplay().text(
        "The learner had data like these before it was interrupted. They are taken for the same ones, whose pass " +
          `number ${taken.next + 1} comes next.`,
      );
    }
    const count = taken ?? { next: 0 };
    this.counts.set(loader, count);
    return count;
  }

  private take(
    loader: BatchLoader,
    choose: (counts: readonly FollowedCount[]) => FollowedCount | undefined,
  ): Count | undefined {
    const { describe, followed } = this;
    if (!describe || followed.every(({ isAwaited }) => !isAwaited)) return undefined;
    const described = describe(loader);
    const chosen = choose(followed.filter((each) => each.loader === described));
    if (chosen?.isAwaited !== true) return undefined;
    chosen.isAwaited = false;
    this.counts.set(loader, chosen.count);
    return chosen.count;
  }
}
