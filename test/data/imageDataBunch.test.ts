import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import sharp from "sharp";
import type { DataLoader } from "../../src/data/loading/DataLoader.js";
import { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { ImageDataset } from "../../src/data/ImageDataset.js";
import { imagenetStats } from "../../src/core/imagenetStats.js";
import { getTransforms } from "../../src/data/transforms/getTransforms.js";
import { setDisplay, silentDisplay } from "../../src/core/Display.js";
import { refuses } from "../support/refuses.js";
import { needsXrays, smallSet, xrays } from "../support/folders.js";

describe("ImageDataBunch", () => {
  it("reads the article's numbers from the full set", needsXrays, async () => {
    const data = await ImageDataBunch.fromFolder(xrays, { valid: "test", size: 64, bs: 64, seed: 5 });
    assert.deepEqual(data.classes, ["NORMAL", "PNEUMONIA"]);
    assert.deepEqual([data.c, data.trainDs.length, data.validDs.length], [2, 5232, 624]);
    assert.deepEqual([data.trainDl.length, data.validDl.length], [81, 10]);
    assert.deepEqual(data.trainDs.counts(), [1349, 3883]);
    const paths = data.trainDs.items.map((item) => item.path);
    assert.deepEqual(paths, [...paths].sort());
    assert.ok(data.trainDs.items.every((item) => path.basename(path.dirname(item.path)) === item.class));
    assert.match(inspect(data), /Train: 5232 images \(1349 NORMAL, 3883 PNEUMONIA\), batches of 64: 81/);
    await data.close();
  });

  it("draws subsets of each class by the seed", async () => {
    const options = { valid: "test", size: 32, bs: 4, trainPerClass: 6, validPerClass: 3, numWorkers: 0 };
    const root = smallSet(28, 7);
    const load = async (seed: number): Promise<string[]> => {
      const data = await ImageDataBunch.fromFolder(root, { ...options, seed });
      assert.deepEqual(
        [data.trainDs.counts(), data.validDs.counts()],
        [
          [6, 6],
          [3, 3],
        ],
      );
      return data.trainDs.items.map((item) => item.path);
    };
    assert.deepEqual(await load(1), await load(1));
    assert.notDeepEqual(await load(1), await load(2));
  });

  it("drops the last batch in training only, and gives validation in order", async () => {
    const data = await ImageDataBunch.fromFolder(smallSet(5, 3), {
      valid: "test",
      size: 16,
      bs: 4,
      numWorkers: 1,
    });
    const train: number[] = [];
    for await (const batch of data.trainDl.batches()) {
      assert.deepEqual(batch.shape, [4, 16, 16, 3]);
      assert.equal(batch.x.length, 4 * 16 * 16 * 3);
      assert.deepEqual(
        [...batch.y],
        batch.items.map((item) => data.trainDs.items[item]?.label),
      );
      train.push(...batch.items);
    }
    assert.equal(train.length, 8);
    assert.equal(new Set(train).size, 8);
    const valid: (readonly number[])[] = [];
    for await (const batch of data.validDl.batches()) valid.push(batch.items);
    assert.deepEqual(valid, [
      [0, 1, 2, 3],
      [4, 5],
    ]);
    await data.close();
  });

  it("splits at random by share and seed", async () => {
    const root = smallSet(6, 4);
    const load = (seed: number): Promise<ImageDataBunch> =>
      ImageDataBunch.fromFolder(root, { validPct: 0.25, size: 16, bs: 4, seed, numWorkers: 0 });
    const [a, b, c] = [await load(1), await load(1), await load(2)];
    assert.deepEqual([a.trainDs.length, a.validDs.length], [15, 5]);
    assert.deepEqual(a.validDs.items, b.validDs.items);
    assert.notDeepEqual(a.validDs.items, c.validDs.items);
    const all = new Set([...a.trainDs.items, ...a.validDs.items].map((item) => item.path));
    assert.equal(all.size, 20);
  });

  it("gives any images in order, with the bunch's sizes and statistics and the transforms asked for", async () => {
    const options = { valid: "test", size: 16, bs: 4, dsTfms: getTransforms(), numWorkers: 0 };
    const data = await ImageDataBunch.fromFolder(smallSet(3, 2), options);
    const some = new ImageDataset(data.trainDs.items.slice(1), data.classes);
    const plain = data.loader(some, data.dsTfms.valid);
    const augmented = data.loader(some, data.dsTfms.train);
    data.normalize(imagenetStats);
    const pass = async (loader: DataLoader): Promise<{ items: readonly number[]; x: readonly number[] }> => {
      const batches = [];
      for await (const batch of loader.batches()) batches.push(batch);
      return { items: batches.flatMap(({ items }) => items), x: batches.flatMap(({ x }) => [...x]) };
    };
    const first = await pass(plain);
    assert.deepEqual(first.items, [0, 1, 2, 3, 4]);
    assert.deepEqual((await pass(plain)).x, first.x);
    assert.notDeepEqual((await pass(augmented)).x, (await pass(augmented)).x);
    const fixed = await pass(data.fixDl);
    assert.deepEqual(fixed.items, [0, 1, 2, 3, 4, 5]);
    assert.deepEqual(fixed.x.slice(16 * 16 * 3), first.x);
  });

  it("normalises each channel, once", async () => {
    const root = smallSet(3, 1);
    const options = { valid: "test", size: 16, bs: 4, numWorkers: 0 };
    const plain = await ImageDataBunch.fromFolder(root, options);
    const data = await ImageDataBunch.fromFolder(root, options);
    assert.equal(data.normalize(imagenetStats), data);
    assert.throws(() => data.normalize(imagenetStats), /normalised already/);
    const [x, y] = [await plain.oneBatch(), await data.oneBatch()];
    for (const [k, value] of y.x.entries()) {
      const [mean, std] = [imagenetStats.mean[k % 3] ?? 0, imagenetStats.std[k % 3] ?? 1];
      assert.ok(Math.abs(value - ((x.x[k] ?? NaN) - mean) / std) < 1e-5);
    }
  });

  it("shows rows x rows titled images, as pixels and in words", async () => {
    const shown: { png: Uint8Array; alt: string }[] = [];
    const previous = setDisplay({ ...silentDisplay, image: (png, { alt }) => void shown.push({ png, alt }) });
    try {
      const options = { valid: "test", size: 32, bs: 8, dsTfms: getTransforms(), numWorkers: 1 };
      const data = (await ImageDataBunch.fromFolder(smallSet(5, 1), options)).normalize(imagenetStats);
      await data.showBatch({ rows: 2 });
      await data.showBatch({ rows: 3 });
      // Each look is another one: of training by itself, of other sets by the batch, of one image by its augmentations.
      await data.showBatch({ rows: 2 });
      await data.showBatch({ rows: 3, unique: true });
      await data.showBatch({ rows: 3, unique: true });
      await data.showBatch({ rows: 2, unique: 7 });
      await refuses(data.showBatch({ dsType: "valid", batch: 1 }), "There is no batch 1", "from 0 to 0");
      await refuses(data.showBatch({ unique: 10 }), "unique is 10", "from 0 to 9");
      await refuses(data.showBatch({ unique: true, dsType: "valid" }), "training images alone");
      await refuses(data.showBatch({ ds_type: "valid" } as never), "Did you mean dsType?");
      await data.close();
    } finally {
      setDisplay(previous);
    }
    assert.equal(shown.length, 6);
    assert.equal(new Set(shown.map(({ png }) => Buffer.from(png).toString("base64"))).size, 6);
    const [four, eight, , nine, , other] = shown;
    assert.match(nine?.alt ?? "", /^9 augmentations of the training image 0, row by row: (NORMAL(, |$)){9}$/);
    assert.match(
      other?.alt ?? "",
      /^4 augmentations of the training image 7, row by row: (PNEUMONIA(, |$)){4}$/,
    );
    assert.match(four?.alt ?? "", /^4 augmented training images, row by row: ((NORMAL|PNEUMONIA)(, |$)){4}$/);
    assert.match(eight?.alt ?? "", /^8 /);
    const { width, format } = await sharp(four?.png).metadata();
    assert.equal(format, "png");
    assert.ok(width > 2 * 180);
    const { channels } = await sharp(four?.png).stats();
    assert.ok((channels[0]?.stdev ?? 0) > 10, "the grid is not empty");
  });
});
