import { createHash } from "node:crypto";
import { currentDisplay } from "../core/Display.js";
import { interruptible } from "../core/interrupt.js";
import { valueAt } from "../core/valueAt.js";
import { contentOf } from "../data/describeItems.js";
import type { ImageDataBunch } from "../data/ImageDataBunch.js";
import { ImageDataset } from "../data/ImageDataset.js";
import { imagenetStats } from "../core/imagenetStats.js";
import { masked } from "../interpretation/shortcutTests.js";
import type { BodyFeatures } from "./BodyFeatures.js";
import { FeatureStore } from "./FeatureStore.js";

/** What of an image a net sees: all of it, or the border alone, an eighth of its side. */
export type View = "whole" | "border";

/** To be raised when an image of the same bytes gets other pixels than before. */
const version = 1;

/** Features are written so often: a kill costs at most this time. */
const savedEveryMs = 20_000;

/** Which features, and where they are kept. */
export interface FeatureOptions {
  /** @default "whole" */
  readonly view?: View;
  /** @default `features` in the cache folder */
  readonly root?: string;
  /** @default 20 s */
  readonly everyMs?: number;
}

/**
 * The features of images as validation prepares them, but without its transforms. Each content is computed once and kept
 * for later calls; what was computed when the person stops it is kept too.
 * @param data says how the images are prepared; where it is not normalised, they are by `imagenetStats`
 * @param paths absolute
 * @returns `[n, width]` row by row
 * @throws UserError naming a file that cannot be decoded
 * @throws Interrupted when the person stopped it
 */
export async function imageFeatures(
  data: ImageDataBunch,
  net: BodyFeatures,
  paths: readonly string[],
  { view = "whole", root, everyMs = savedEveryMs }: FeatureOptions = {},
): Promise<Float32Array> {
  const { size, resizing, normalization: stats = imagenetStats } = data;
  const preparation = JSON.stringify([version, net.key, size, resizing, stats, view]);
  const key = createHash("sha256").update(preparation).digest("hex");
  const store = await FeatureStore.open(key, net.width, root);
  return interruptible(async (check) => {
    const contents: string[] = [];
    for (const [k, file] of paths.entries()) {
      if (k % 64 === 0) await check();
      // A file that cannot be read has no content, and is no other one's copy; whoever decodes it says why.
      contents.push(contentOf(file) || file);
    }
    const missing = new Map<string, string>();
    contents.forEach((content, k) => {
      if (store.get(content) === undefined) missing.set(content, valueAt(paths, k));
    });
    if (missing.size > 0) await compute(data, net, { store, missing, view, everyMs }, check);
    const features = new Float32Array(paths.length * net.width);
    contents.forEach((content, k) => {
      features.set(store.get(content) ?? [], k * net.width);
    });
    return features;
  });
}

interface Work {
  readonly store: FeatureStore;
  /** A file of each content. */
  readonly missing: ReadonlyMap<string, string>;
  readonly view: View;
  readonly everyMs: number;
}

async function compute(
  data: ImageDataBunch,
  net: BodyFeatures,
  { store, missing, view, everyMs }: Work,
  check: () => Promise<void>,
): Promise<void> {
  const contents = [...missing.keys()];
  const loader = data.loader(ImageDataset.unlabelled([...missing.values()], data.classes), []);
  const label = view === "whole" ? "Computing features" : "Computing features of the border";
  const progress = currentDisplay().taskProgress(label, contents.length);
  let done = 0;
  let saved = performance.now();
  try {
    for await (const batch of loader.batches(0)) {
      if (!data.normalization) normalizeInPlace(batch.x);
      if (view === "border") masked(batch.x, data.size, (isInner) => isInner);
      const features = await net.of(batch);
      batch.items.forEach((item, k) => {
        store.add(valueAt(contents, item), features.slice(k * net.width, (k + 1) * net.width));
      });
      progress.update((done += batch.items.length));
      if (performance.now() - saved >= everyMs) {
        await store.save();
        saved = performance.now();
      }
      await check();
    }
  } finally {
    progress.end();
    await store.save();
  }
}

function normalizeInPlace(x: Float32Array): void {
  const { mean, std } = imagenetStats;
  for (let k = 0; k < x.length; k++) x[k] = (valueAt(x, k) - valueAt(mean, k % 3)) / valueAt(std, k % 3);
}
