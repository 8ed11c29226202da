import type { Fingerprint } from "../loading/workerMessages.js";
import { nearHashes } from "./nearHashes.js";

/** Two images by their places, the first one before the second, and the bits in which their hashes differ. */
export interface CopyPair {
  readonly first: number;
  readonly second: number;
  readonly distance: number;
  /** Whether all pixels are equal. */
  readonly exact: boolean;
}

/** Which of the images an image may be a copy of. */
export interface Sets {
  /** The set that each image is in. */
  readonly of: readonly string[];
  /** Whether images of the same set are asked for too. */
  readonly within: boolean;
}

/**
 * Each image that looks like another one, with the one that is most like it: one with the same pixels, else the nearest, of
 * equals the first. There are never more pairs than images, however many of them are the same: `n` copies are n - 1 pairs.
 * @param prints of each image
 * @param check called again and again: gives others their turn, and throws to end the search
 * @returns sorted by the first, then by the second
 */
export async function nearestCopies(
  prints: readonly Fingerprint[],
  maxDistance: number,
  sets: Sets,
  check: () => Promise<void>,
): Promise<CopyPair[]> {
  // Images with the same hash are looked up once: thousands of blank ones would be millions of pairs.
  const alike = new Map<string, Alike>();
  const samePixels = new Map<string, Alike>();
  prints.forEach(({ hash, pixels }, image) => {
    entryOf(alike, hash.join(), sets).add(image);
    entryOf(samePixels, pixels, sets).add(image);
  });
  const groups = [...alike.values()];
  const hashes = groups.map(({ first }) => prints[first]?.hash ?? new Uint32Array());
  const nearest = groups.map(() => new Map<string, Candidate>());
  const offer = (to: number, from: number, distance: number): void => {
    for (const set of groups[to]?.names ?? []) {
      const image = groups[from]?.other(set);
      const best = nearest[to]?.get(set);
      if (image !== undefined && (best === undefined || isBetter({ image, distance }, best))) {
        nearest[to]?.set(set, { image, distance });
      }
    }
  };
  const isAsked = (one: number, other: number): boolean =>
    sets.within || (groups[one]?.isBeside(groups[other]) ?? false);
  const found = (one: number, other: number, distance: number): void => {
    offer(one, other, distance);
    offer(other, one, distance);
  };
  await nearHashes(hashes, maxDistance, isAsked, check, found);

  const pairs = new Map<string, CopyPair>();
  groups.forEach((group, k) => {
    for (const image of group.images) {
      const set = sets.of[image] ?? "";
      const twin = samePixels.get(prints[image]?.pixels ?? "")?.other(set, image);
      const lookalike = twin ?? group.other(set, image);
      const best = lookalike === undefined ? nearest[k]?.get(set) : { image: lookalike, distance: 0 };
      if (best === undefined) continue;
      const [first, second] = image < best.image ? [image, best.image] : [best.image, image];
      const exact = twin !== undefined;
      pairs.set(`${first} ${second}`, { first, second, distance: best.distance, exact });
    }
  });
  return [...pairs.values()].sort((a, b) => a.first - b.first || a.second - b.second);
}

/** What an image may be a copy of. */
interface Candidate {
  readonly image: number;
  readonly distance: number;
}

const isBetter = (one: Candidate, other: Candidate): boolean =>
  one.distance < other.distance || (one.distance === other.distance && one.image < other.image);

/** Images that are the same in one respect, in their order. */
class Alike {
  readonly images: number[] = [];
  /** The first image of each set. */
  private readonly firsts = new Map<string, number>();

  constructor(private readonly sets: Sets) {}

  add(image: number): void {
    this.images.push(image);
    const set = this.sets.of[image] ?? "";
    if (!this.firsts.has(set)) this.firsts.set(set, image);
  }

  get first(): number {
    return this.images[0] ?? -1;
  }

  /** The sets that they are in. */
  get names(): Iterable<string> {
    return this.firsts.keys();
  }

  /**
   * The first of them that an image of the set may be a copy of.
   * @param than the image, where it is one of them
   */
  other(set: string, than?: number): number | undefined {
    if (this.sets.within) return this.images[0] === than ? this.images[1] : this.images[0];
    const [first] = [...this.firsts].filter(([name]) => name !== set).map(([, image]) => image);
    return first;
  }

  /** Whether one of them is in another set than one of the others. */
  isBeside(others: Alike | undefined): boolean {
    if (others === undefined) return false;
    const [mine, theirs] = [this.firsts, others.firsts];
    return mine.size > 1 || theirs.size > 1 || this.sets.of[this.first] !== this.sets.of[others.first];
  }
}

function entryOf(map: Map<string, Alike>, key: string, sets: Sets): Alike {
  const known = map.get(key) ?? new Alike(sets);
  map.set(key, known);
  return known;
}
