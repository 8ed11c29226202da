import type { GroupNoun } from "../core/groupNoun.js";
import { nameInText } from "../core/nameInText.js";
import { valueAt } from "../core/valueAt.js";
import { hashBits, hashDistance, mirroredHash } from "../data/images/imageHash.js";
import { nearestCopies } from "../data/images/nearestCopies.js";
import { nearHashes } from "../data/images/nearHashes.js";
import type { Fingerprint } from "../data/loading/workerMessages.js";
import type { AuditedItem, AuditFinding } from "./DataAudit.js";

/** What the doubles are looked for by. */
export interface LookedAt {
  readonly items: readonly AuditedItem[];
  /** One of each item. */
  readonly prints: readonly Fingerprint[];
  /** `[n, width]` row by row. */
  readonly features: Float32Array;
  /** What an item's `patient` is called. @default "patient" */
  readonly noun?: GroupNoun;
}

/** Bits by which the hash alone finds a double, as of `findDuplicates`. */
const sureBits = 26;
/** More are not looked at. */
const mostBits = 60;

/**
 * The bits that two images may differ in where their features are as much alike as this. Measured with ResNet-50 at 224 pixels
 * on 60 X-rays: 59 copies cut by 2% at each side were found, 53 turned by 2 degrees and 60 mirrored ones, and 23 pairs of two
 * patients among all 5856 X-rays (17 million pairs). By the hash alone it were 14, 0 and, by its mirror image, 58. Of two images of
 * one patient that are not the same picture none was found in 285 pairs: the hash keeps them apart.
 */
const bitsFor = (similarity: number): number => 44 + 200 * (similarity - 0.88);

/**
 * Nor do they differ in more than this share of the bits that lie between most images and the nearest other one: 72 for the 5856
 * X-rays, 40 for images that are nearly all the same, such as drawn ones.
 */
const shareOfTypical = 0.75;

/** Images whose nearest one is looked for, to know what is usual. */
const asked = 300;

/** A pair, and how it was found. */
interface Pair {
  readonly first: number;
  readonly second: number;
  readonly score: number;
  readonly how: string;
  /** Whether the hash alone tells it. */
  readonly isSure: boolean;
}

/**
 * Images that are there twice, or nearly so: by the perceptual hash alone, where it is nearly the same, and else by the features
 * too, which tells copies that were cut, turned a little or mirrored. Each image is named with the one that it is most like.
 * @param check called again and again: gives others their turn, and throws to end the search
 */
export async function duplicateFindings(at: LookedAt, check: () => Promise<void>): Promise<AuditFinding[]> {
  const { items, prints, noun = "patient" } = at;
  const sets = { of: items.map(({ set = "" }) => set), within: true };
  const copies = await nearestCopies(prints, sureBits, sets, check);
  const sure = copies.map(({ first, second, distance, exact }): Pair => ({
    ...{ first, second },
    score: exact ? 1 : 1 - (distance + 1) / hashBits,
    isSure: true,
    how: exact ? "All pixels are those of" : "It looks the same as",
  }));
  const found = [...sure, ...(await byFeatures(at, sure, check))];
  return found
    .map(({ first, second, score, how, isSure }): AuditFinding => {
      const [one, other] = [valueAt(items, first), valueAt(items, second)];
      const reason = `${how} ${one.file}${remarkOn(one, other, noun, isSure)}.`;
      return { kind: "duplicate", item: second, other: first, score, reason };
    })
    .sort((a, b) => b.score - a.score || a.item - b.item);
}

/** What makes a double worse than a waste, or none. */
function remarkOn(one: AuditedItem, other: AuditedItem, noun: GroupNoun, isSure: boolean): string {
  const remarks = [
    one.set === undefined || other.set === undefined || one.set === other.set
      ? []
      : `one is in ${one.set}, the other in ${other.set}`,
    one.class === other.class || one.class === "" || other.class === ""
      ? []
      : `one is labelled ${nameInText(one.class)}, the other ${nameInText(other.class)}`,
    one.patient === undefined || one.patient === other.patient ? [] : `they are of two ${noun}s`,
    // Two pictures of one patient are alike without being one.
    one.patient !== undefined && one.patient === other.patient && !isSure
      ? `both are of one ${noun}, and may be two pictures`
      : [],
  ].flat();
  return remarks.length === 0 ? "" : `; ${remarks.join(", ")}`;
}

/** Pairs that the hash alone does not tell: of each image the one whose features are most like its own. */
async function byFeatures(
  { prints, features }: LookedAt,
  sure: readonly Pair[],
  check: () => Promise<void>,
): Promise<Pair[]> {
  // What has a copy already is looked at by one of the copies: thousands of blank images would be millions of pairs.
  const repeats = new Set(sure.map(({ second }) => second));
  const left = [...prints.keys()].filter((item) => !repeats.has(item));
  const hashes = left.map((item) => valueAt(prints, item).hash);
  const n = left.length;
  const width = features.length / Math.max(1, prints.length);
  const best = new Map<number, Pair>();
  const most = shareOfTypical * typicalDistance(hashes);
  const offer = (one: number, other: number, distance: number, isMirrored: boolean): void => {
    const [first, second] = [Math.min(one, other), Math.max(one, other)];
    const score = cosine(features, width, first, second);
    const allowed = Math.max(sureBits, Math.min(most, bitsFor(score)));
    if (distance > allowed || score <= (best.get(second)?.score ?? 0)) return;
    const how = isMirrored ? "It is nearly the mirror image of" : "It is nearly the same image as";
    best.set(second, { first, second, score, how, isSure: false });
  };
  // The mirrored hashes stand behind the others, and are compared with those alone.
  const all = [...hashes, ...hashes.map(mirroredHash)];
  const isAsked = (first: number, second: number): boolean => first < n && (second < n || second - n > first);
  await nearHashes(all, mostBits, isAsked, check, (first, second, distance) => {
    offer(valueAt(left, first), valueAt(left, second % n), distance, second >= n);
  });
  return [...best.values()];
}

/** The bits between an image and the one nearest to it, in the middle over some of the images; the mirror images count too. */
function typicalDistance(hashes: readonly Uint32Array[]): number {
  const step = Math.max(1, Math.floor(hashes.length / asked));
  const some = hashes.filter((_, k) => k % step === 0);
  const nearest = some.map((hash) => {
    const mirrored = mirroredHash(hash);
    return hashes.reduce(
      (least, other) =>
        other === hash ? least : Math.min(least, hashDistance(hash, other), hashDistance(mirrored, other)),
      hashBits,
    );
  });
  return nearest.sort((a, b) => a - b)[Math.floor(nearest.length / 2)] ?? 0;
}

function cosine(features: Float32Array, width: number, one: number, other: number): number {
  let [product, squares, others] = [0, 0, 0];
  for (let j = 0, a = one * width, b = other * width; j < width; j++, a++, b++) {
    const [x, y] = [features[a] ?? 0, features[b] ?? 0];
    product += x * y;
    squares += x * x;
    others += y * y;
  }
  const lengths = Math.sqrt(squares * others);
  return lengths === 0 ? 0 : product / lengths;
}
