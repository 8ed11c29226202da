import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { readPart } from "../../core/readPart.js";
import type { ImageDataset, ImageItem } from "../ImageDataset.js";
import { tell } from "../../core/warnings.js";

/** Bytes from a file's middle, in which two images of one size nearly always differ. */
const sampleBytes = 256;

/**
 * Says it when files of another set are, byte by byte, among those that train as well: the net has seen the answers;
 * and when training images of different classes are copies of each other.
 * Copies that were saved anew are for `findDuplicates` to find.
 * @param root for messages
 * @param others by what a person calls them
 * @param heldOut images that train nothing, and choose, where all of the training was made known before
 */
export function warnOfCopies(
  root: string,
  train: ImageDataset,
  others: Readonly<Record<string, ImageDataset>>,
  heldOut?: ImageDataset,
): void {
  const originalOf = originals([...train.items, ...(heldOut?.items ?? [])]);
  if (!heldOut) warnOfContradictions(root, train.items, originalOf);
  const known = heldOut ? "training or validation" : "training";
  for (const [name, { items }] of Object.entries(others)) {
    const copies = items.flatMap(({ path: copy }) => {
      const original = originalOf(copy);
      return original === undefined ? [] : [{ copy, original: original.path }];
    });
    const [first] = copies;
    if (!first) continue;
    tell(
      `Warning: ${copies.length} of the ${items.length} ${name} images are exact copies of ${known} images, such as ` +
        `${path.relative(root, first.copy)} of ${path.relative(root, first.original)}: the error rate looks better ` +
        `than it is.${heldOut ? "" : " data.findDuplicates() finds all of them."}`,
    );
  }
}

/** Whichever of two such labels is right, the other one is learned as well. */
function warnOfContradictions(root: string, items: readonly ImageItem[], originalOf: OriginalOf): void {
  const copies = items.flatMap((copy) => {
    const original = originalOf(copy.path, (other) => other.class !== copy.class);
    return original === undefined ? [] : [{ copy, original }];
  });
  const [first] = copies;
  if (!first) return;
  const named = ({ path: file, class: name }: ImageItem): string => `${path.relative(root, file)} (${name})`;
  tell(
    `Warning: ${copies.length} of the ${items.length} training images are exact copies of others with another class, ` +
      `such as ${named(first.copy)} and ${named(first.original)}: at most one of the two labels is right.`,
  );
}

/** The image of which a file is a copy, among those that are fit. */
type OriginalOf = (file: string, isFit?: (other: ImageItem) => boolean) => ImageItem | undefined;

/**
 * Finds the image of which a file is a copy: by size, then by the bytes in the middle, and only then as a whole, so
 * that of thousands of images few are read.
 */
function originals(items: readonly ImageItem[]): OriginalOf {
  const bySize = grouped(items, (item) => sizeOf(item.path));
  const samples = new Map<number, Map<string, ImageItem[]>>();
  /** Images of one size, by the bytes in their middle. */
  const samplesOf = (size: number, same: readonly ImageItem[]): Map<string, ImageItem[]> => {
    const known = samples.get(size) ?? grouped(same, (item) => middleOf(item.path, size));
    samples.set(size, known);
    return known;
  };
  return (file, isFit = () => true) => {
    const size = sizeOf(file);
    const same = bySize.get(size) ?? [];
    if (!same.some(isFit)) return undefined;
    const alike = samplesOf(size, same).get(middleOf(file, size)) ?? [];
    try {
      return alike.find((other) => isFit(other) && readFileSync(other.path).equals(readFileSync(file)));
    } catch {
      // A file that cannot be read is told where it is decoded.
      return undefined;
    }
  };
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? -1;

function grouped<K>(items: readonly ImageItem[], keyOf: (item: ImageItem) => K): Map<K, ImageItem[]> {
  const groups = new Map<K, ImageItem[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** "" for a file that cannot be opened. */
function middleOf(file: string, size: number): string {
  try {
    const middle = Math.max(0, Math.floor((size - sampleBytes) / 2));
    return readPart(file, sampleBytes, middle).toString("latin1");
  } catch {
    return "";
  }
}
