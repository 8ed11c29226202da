import { currentDisplay } from "../../core/Display.js";
import { UserError } from "../../core/errors.js";
import { indented } from "../../core/indented.js";
import { interruptible } from "../../core/interrupt.js";
import type { WorkerPool } from "../loading/WorkerPool.js";
import type { ImageCache } from "../loading/ImageCache.js";
import type { Resizing } from "../transforms/resizing.js";
import { VerifiedImages } from "./VerifiedImages.js";

/** What happens with files that cannot be decoded. */
export type OnBadImage = "error" | "skip";

export interface CheckOptions extends Pick<Resizing, "resizeMethod" | "applyExifOrientation"> {
  /** Side of the results, in pixels: images are kept in memory in the form that suits it. */
  readonly size: number;
  readonly onBadImage: OnBadImage;
}

/** Files in one request to a worker thread: few enough for even work and a moving bar. */
const chunk = 16;

/** Bad files that are listed one by one. */
const maxListed = 20;

/**
 * Decodes every image that is not known to be good, before any training, and keeps what it decoded for the first
 * epoch.
 * @param paths absolute
 * @param memory the file that remembers which are good; default: the one of all data
 * @returns the paths that cannot be used, empty unless `onBadImage` is "skip"
 * @throws UserError listing the bad files when `onBadImage` is "error"
 * @throws Interrupted when the person stopped it; what was found to be good stays known
 */
export async function checkImages(
  paths: readonly string[],
  { size, resizeMethod, applyExifOrientation, onBadImage }: CheckOptions,
  workers: WorkerPool,
  cache: ImageCache,
  memory?: string,
): Promise<Set<string>> {
  const verified = await VerifiedImages.of(paths, memory);
  const unknown = paths.filter((path) => !verified.has(path));
  const how = { size, resizeMethod, applyExifOrientation };
  const sayRemarks = (): void => {
    sayUsedBits(paths, verified);
    if (!applyExifOrientation) sayUnturned(paths, verified);
  };
  if (unknown.length === 0) {
    sayRemarks();
    return new Set();
  }

  const bad = new Map<string, string>();
  const progress = currentDisplay().taskProgress("Checking images", unknown.length);
  let done = 0;
  let next = 0;
  const checkSome = async (check: () => Promise<void>): Promise<void> => {
    while (next < unknown.length) {
      const some = unknown.slice(next, (next += chunk));
      const { images } = await workers.check({ kind: "check", paths: some, ...how });
      for (const [k, image] of images.entries()) {
        const path = some[k] ?? "";
        if ("reason" in image) {
          bad.set(path, image.reason);
        } else {
          verified.add(path, image);
          cache.offer(path, image);
        }
      }
      done += some.length;
      progress.update(done);
      await check();
    }
  };
  try {
    await interruptible(async (check) => {
      // Two requests for each thread: one in work, one waiting.
      const loops = Array.from({ length: Math.max(1, 2 * workers.numWorkers) }, () => checkSome(check));
      // One that fails or is stopped leaves the others at work: they count until they end.
      await Promise.allSettled(loops);
      await Promise.all(loops);
    });
  } finally {
    progress.end(bad.size === 0 ? undefined : `${bad.size} cannot be used`);
    await verified.save();
  }
  report(bad, onBadImage);
  sayRemarks();
  return new Set(bad.keys());
}

/** One line for all files that would be nearly black if they were shown as they are. */
function sayUsedBits(paths: readonly string[], verified: VerifiedImages): void {
  const counts = new Map<number, number>();
  for (const path of paths) {
    const bits = verified.remarks(path)?.usedBits;
    if (bits !== undefined) counts.set(bits, (counts.get(bits) ?? 0) + 1);
  }
  if (counts.size === 0) return;
  const [first = "", ...others] = [...counts].map(([bits, count]) => `${count} use ${bits} of them`);
  const rest = others.map((each) => `, ${each}`).join("");
  currentDisplay().text(
    `Of the images with 16 bits a channel ${first}${rest}: these bits are spread from black to white. ` +
      "Single values above them, such as marks, are white.",
  );
}

/** One line for all files that a person sees otherwise than the net does. */
function sayUnturned(paths: readonly string[], verified: VerifiedImages): void {
  const count = paths.filter((path) => verified.remarks(path)?.saysTurn === true).length;
  if (count === 0) return;
  currentDisplay().text(
    `${count} of ${paths.length} images say that they are to be turned for showing them (EXIF orientation). They are used ` +
      "as they are stored, as in fast.ai; applyExifOrientation: true turns them.",
  );
}

function report(bad: ReadonlyMap<string, string>, onBadImage: OnBadImage): void {
  if (bad.size === 0) return;
  const lines = [...bad].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, reason]) => `${path} ${reason}`);
  const images = `${lines.length} ${lines.length === 1 ? "image" : "images"}`;
  if (onBadImage === "skip") {
    currentDisplay().text(`Left out ${images} that cannot be used:${indented(lines, maxListed)}`);
    return;
  }
  throw new UserError(
    `${images} cannot be used:${indented(lines, maxListed)}`,
    'Repair or remove them, or leave them out with onBadImage: "skip".',
  );
}
