import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { getTransforms } from "../../../src/data/transforms/getTransforms.js";
import { drawWeighted } from "../../../src/data/labels/weightedSampler.js";
import { Random } from "../../../src/core/Random.js";
import { temporaryFolder, smallSet } from "../../support/folders.js";
import { cpSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";

describe("drawWeighted", () => {
  it("draws each index as often as its weight says", () => {
    const weights = [1, 0.5, 0, 2.5];
    const counts = weights.map(() => 0);
    const random = new Random(7);
    const rounds = 5000;
    for (let round = 0; round < rounds; round++)
      for (const index of drawWeighted(random, weights)) counts[index] = (counts[index] ?? 0) + 1;
    for (const [k, weight] of weights.entries()) {
      const share = weight / 4;
      // Five standard deviations of a binomial count.
      const margin = 5 * Math.sqrt(4 * rounds * share * (1 - share));
      assert.ok(Math.abs((counts[k] ?? 0) - 4 * rounds * share) <= margin, `${k}: ${counts.join(", ")}`);
    }
  });
});

describe("a weighted sampler", () => {
  /** Ten NORMAL and two PNEUMONIA to train on. */
  const unequal = (): string => {
    const root = temporaryFolder();
    cpSync(smallSet(10, 1), root, { recursive: true });
    const folder = path.join(root, "train", "PNEUMONIA");
    for (const file of readdirSync(folder).sort().slice(2)) rmSync(path.join(folder, file));
    return root;
  };
  const options = { valid: "test", size: 16, bs: 4, numWorkers: 0, sampler: "weighted" } as const;

  it("makes classes equally likely, in epochs of the same length, by the seed", async () => {
    const root = unequal();
    const load = (seed: number) => ImageDataBunch.fromFolder(root, { ...options, seed });
    const [data, again, other] = [await load(1), await load(1), await load(2)];
    assert.deepEqual(data.trainDs.counts(), [10, 2]);
    assert.deepEqual(data.classWeights(), [12 / 20, 12 / 4]);
    const epoch = async ({ trainDl }: ImageDataBunch): Promise<number[]> => {
      const items = [];
      for await (const batch of trainDl.batches()) items.push(...batch.items);
      return items;
    };
    const first = await epoch(data);
    assert.equal(first.length, 12);
    assert.deepEqual(await epoch(again), first);
    assert.notDeepEqual(await epoch(other), first);
    assert.notDeepEqual(await epoch(data), first);
    const drawn = [...first];
    for (let k = 0; k < 20; k++) drawn.push(...(await epoch(data)));
    const rare = drawn.filter((item) => data.trainDs.items[item]?.class === "PNEUMONIA").length;
    const margin = 4 * Math.sqrt(drawn.length / 4);
    assert.ok(Math.abs(rare - drawn.length / 2) < margin, `${rare} of ${drawn.length}`);
    assert.deepEqual((await data.oneBatch("valid")).items, [0, 1]);
  });

  it("augments an image anew when it is drawn again", async () => {
    const data = await ImageDataBunch.fromFolder(unequal(), { ...options, dsTfms: getTransforms() });
    const seen = new Map<number, string>();
    let repeats = 0;
    for await (const batch of data.trainDl.batches()) {
      const values = batch.x.length / batch.y.length;
      for (const [k, item] of batch.items.entries()) {
        const pixels = batch.x.subarray(k * values, (k + 1) * values).join();
        if (seen.has(item)) {
          repeats++;
          assert.notEqual(pixels, seen.get(item));
        }
        seen.set(item, pixels);
      }
    }
    assert.ok(repeats > 0);
  });
});
