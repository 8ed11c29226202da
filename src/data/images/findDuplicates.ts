import { aRecord, type ArgumentKind, checkArguments, having } from "../../core/checkArguments.js";
import { asTable } from "../../core/asTable.js";
import { valueAt } from "../../core/valueAt.js";
import { checkOptions } from "../../core/checkOptions.js";
import { currentDisplay } from "../../core/Display.js";
import { checkNumber } from "../../core/checkNumber.js";
import { interruptible } from "../../core/interrupt.js";
import { defaultWorkers } from "../bunchOptions.js";
import type { ImageDataset, ImageItem } from "../ImageDataset.js";
import { hashBits } from "./imageHash.js";
import { duplicatesTable } from "./duplicatesTable.js";
import { nearestCopies } from "./nearestCopies.js";
import { WorkerPool } from "../loading/WorkerPool.js";
import type { Fingerprint } from "../loading/workerMessages.js";

/** An image and the set it is in. */
export interface FoundImage extends ImageItem {
  /** The name under which the set was given, such as "train". */
  readonly set: string;
}

/** Two images that are, or nearly are, the same. */
export interface Duplicate {
  /** The two, in the order of the sets and their items. */
  readonly images: readonly [FoundImage, FoundImage];
  /** Bits, of 256, in which their perceptual hashes differ. */
  readonly distance: number;
  /** True when all decoded pixels are equal. */
  readonly exact: boolean;
}

/** How duplicates are looked for. */
export interface DuplicateOptions {
  /**
   * The most bits in which two hashes may differ, 0..255. Measured on the 5856 X-rays of Kermany and others: no two
   * that are not equal in every pixel differ by less than 34 bits; copies of 600 of them differ by at most 22 after
   * JPEG at quality 30, a change of size to 40% or to 224 x 224, brightness raised by 15% or gamma 1.5. Cutting off 2%
   * at each side (38 bits as a median), turning by 2 degrees (64) and mirroring (128) are not found. @default 26
   */
  readonly maxDistance?: number;
  /** Look within each set too, not only across them. @default false */
  readonly withinSets?: boolean;
}

/** Sets by their names; of a bunch itself its own method finds the duplicates. */
const imageSets: ArgumentKind = {
  words: "sets of images by their names (a bunch has data.findDuplicates())",
  fits: (value) => aRecord.fits(value) && Object.values(value as object).every((set) => anImageSet.fits(set)),
};
const anImageSet = having("a set of images", "items", "classes");

/** Images in one request to a worker thread. */
const chunk = 16;

/**
 * Looks for images that are in two sets: what was trained on must not be tested on. Every image is decoded and
 * compared with all others by a perceptual hash; those that are equal in every pixel are `exact`.
 * @param sets by their names, such as `{ train: data.trainDs, test: other.validDs }`
 * @returns pairs, exact ones first, then the nearest. Each image that is a duplicate is there with the one that is most like
 * it, and the first of equals: three copies of an image are two pairs, a thousand blank images 999
 * @throws UserError naming the option that is out of range, or a file that cannot be decoded
 * @throws Interrupted when the person stopped it
 */
export async function findDuplicates(
  sets: Readonly<Record<string, ImageDataset>>,
  options: DuplicateOptions = {},
): Promise<Duplicate[]> {
  checkArguments("findDuplicates({ train: data.trainDs, test: other.validDs })", { sets: [sets, imageSets] });
  checkOptions("findDuplicates()", options, { maxDistance: "number", withinSets: "boolean" });
  const { maxDistance = 26, withinSets = false } = options;
  checkNumber("maxDistance", maxDistance, { from: 0, below: hashBits });
  const images = Object.entries(sets).flatMap(([set, dataset]) =>
    dataset.items.map((item) => ({ ...item, set })),
  );
  const prints = await fingerprints(images.map(({ path }) => path));
  const inSets = { of: images.map(({ set }) => set), within: withinSets };
  const near = await interruptible((check) => nearestCopies(prints, maxDistance, inSets, check));
  const pairs = near
    .map(({ first, second, ...how }) => ({
      images: [valueAt(images, first), valueAt(images, second)] as const,
      ...how,
    }))
    .sort((a, b) => Number(b.exact) - Number(a.exact) || a.distance - b.distance);
  return asTable(pairs, duplicatesTable);
}

/**
 * A fingerprint of each file, in their order.
 * @throws UserError naming a file that cannot be decoded
 * @throws Interrupted when the person stopped it
 */
export function fingerprints(paths: readonly string[]): Promise<Fingerprint[]> {
  const workers = new WorkerPool(defaultWorkers());
  const progress = currentDisplay().taskProgress("Comparing images", paths.length);
  const found: Fingerprint[] = [];
  let [next, done] = [0, 0];
  const some = async (check: () => Promise<void>): Promise<void> => {
    while (next < paths.length) {
      const start = next;
      const asked = paths.slice(start, (next += chunk));
      const { prints } = await workers.fingerprint({ kind: "fingerprint", paths: asked });
      prints.forEach((print, k) => (found[start + k] = print));
      progress.update((done += asked.length));
      await check();
    }
  };
  return interruptible(async (check) => {
    try {
      await Promise.all(Array.from({ length: 2 * Math.max(1, workers.numWorkers) }, () => some(check)));
      return found;
    } finally {
      progress.end();
      await workers.close();
    }
  });
}
