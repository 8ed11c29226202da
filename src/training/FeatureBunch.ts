import { createHash } from "node:crypto";
import { bytesOf } from "../core/writeFiles.js";
import type { DataLoader } from "../data/loading/DataLoader.js";
import type { ImageDataBunch } from "../data/ImageDataBunch.js";
import { randomStreams } from "../core/randomStreams.js";
import { Random } from "../core/Random.js";
import type { BatchLoader, DataBunch, ItemBatch } from "./DataBunch.js";

/** What a body gave for a set's images, in their order: for each variant of the images `[n, width]`, row by row. */
export type Features = readonly Float32Array[];

/** Features in place of images, with the labels of an image bunch and in the order in which that goes through them. */
export class FeatureBunch implements DataBunch {
  readonly classes: readonly string[];
  readonly c: number;
  readonly bs: number;
  readonly seed: number;
  readonly trainDl: BatchLoader;
  readonly validDl: BatchLoader;
  readonly fixDl: BatchLoader;
  readonly validDs: { readonly length: number };

  constructor(
    data: ImageDataBunch,
    { train, valid }: { readonly train: Features; readonly valid: Features },
  ) {
    [this.classes, this.c, this.bs, this.seed] = [data.classes, data.c, data.bs, data.seed];
    this.trainDl = featureLoader(data.trainDl, train, this.seed);
    this.fixDl = featureLoader(data.fixDl, train.slice(0, 1), this.seed);
    this.validDl = featureLoader(data.validDl, valid, this.seed);
    this.validDs = data.validDs;
  }
}

/** In each pass every image comes as one of its variants, drawn anew. */
function featureLoader(images: DataLoader, features: Features, seed: number): BatchLoader {
  const { dataset, bs, length } = images;
  const width = (features[0]?.length ?? 0) / dataset.length;
  return {
    dataset,
    length,
    async *batches(pass = 0, from = 0) {
      const random = new Random(seed, randomStreams.variant, pass);
      const order = images.itemsOf(pass);
      // One draw for each item that is left out.
      for (let i = 0; i < from * bs; i++) random.nextUint32();
      for (let batch = from; batch < length; batch++) {
        const items = order.slice(batch * bs, (batch + 1) * bs);
        const x = new Float32Array(items.length * width);
        items.forEach((item, k) => {
          const variant = features[Math.floor(random.uniform(0, features.length))];
          x.set(variant?.subarray(item * width, (item + 1) * width) ?? [], k * width);
        });
        const y = Int32Array.from(items, (item) => dataset.items[item]?.label ?? 0);
        const made: ItemBatch = { x, shape: [items.length, 1, 1, width], y, items };
        yield await Promise.resolve(made);
      }
    },
    describe: () => {
      const hash = createHash("sha256");
      for (const variant of features) hash.update(bytesOf(variant));
      return { features: hash.digest("hex"), images: images.describe() };
    },
  };
}
