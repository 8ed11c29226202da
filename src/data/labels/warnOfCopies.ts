import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import path from "node:path";
import { currentDisplay } from "../../core/Display.js";
import type { ImageDataset } from "../ImageDataset.js";

/** Bytes from a file's middle, in which two images of one size nearly always differ. */
const sampleBytes = 256;

/**
 * Says it when files of another set are, byte by byte, among those that train as well: the net has seen the answers.
 * Copies that were saved anew are for `findDuplicates` to find.
 * @param root for messages
 * @param others by what a person calls them
 */
export function warnOfCopies(
  root: string,
  train: ImageDataset,
  others: Readonly<Record<string, ImageDataset>>,
): void {
  const originalOf = originals(train.items.map((item) => item.path));
  for (const [name, { items }] of Object.entries(others)) {
    const copies = items.flatMap(({ path: copy }) => {
      const original = originalOf(copy);
      return original === undefined ? [] : [{ copy, original }];
    });
    const [first] = copies;
    if (!first) continue;
    currentDisplay().text(
      `Warning: ${copies.length} of the ${items.length} ${name} images are exact copies of training images, such as ` +
        `${path.relative(root, first.copy)} of ${path.relative(root, first.original)}: the error rate looks better ` +
        "than it is. data.findDuplicates() finds all of them.",
    );
  }
}

/**
 * Finds the file of which another is a copy: by size, then by the bytes in the middle, and only then as a whole, so
 * that of thousands of images few are read.
 */
function originals(paths: readonly string[]): (file: string) => string | undefined {
  const bySize = new Map<number, string[]>();
  for (const file of paths) {
    const size = sizeOf(file);
    const same = bySize.get(size);
    if (same) same.push(file);
    else bySize.set(size, [file]);
  }
  const samples = new Map<string, string>();
  const sampleOf = (file: string, size: number): string => {
    const sample = samples.get(file) ?? middleOf(file, size);
    samples.set(file, sample);
    return sample;
  };
  return (file) => {
    const size = sizeOf(file);
    const same = bySize.get(size) ?? [];
    if (same.length === 0) return undefined;
    try {
      const sample = middleOf(file, size);
      const alike = same.filter((other) => sampleOf(other, size) === sample);
      return alike.find((other) => readFileSync(other).equals(readFileSync(file)));
    } catch {
      // A file that cannot be read is told where it is decoded.
      return undefined;
    }
  };
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? -1;

function middleOf(file: string, size: number): string {
  const bytes = Buffer.alloc(sampleBytes);
  const opened = openSync(file, "r");
  try {
    const read = readSync(opened, bytes, 0, sampleBytes, Math.max(0, Math.floor((size - sampleBytes) / 2)));
    return bytes.toString("latin1", 0, read);
  } finally {
    closeSync(opened);
  }
}
