import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { imagenetStats } from "../../../src/core/imagenetStats.js";
import { getTransforms } from "../../../src/data/transforms/getTransforms.js";
import { smallSet } from "../../support/folders.js";

describe("the same seed", () => {
  const load = async (root: string, numWorkers: number, seed = 5): Promise<ImageDataBunch> => {
    const options = { valid: "test", size: 48, bs: 8, seed, numWorkers, dsTfms: getTransforms() };
    const data = await ImageDataBunch.fromFolder(root, { ...options, trainPerClass: 20, validPerClass: 5 });
    return data.normalize(imagenetStats);
  };

  const passes = async (data: ImageDataBunch, count: number): Promise<string[]> => {
    const hashes: string[] = [];
    for (let pass = 0; pass < count; pass++) {
      const hash = createHash("sha256");
      for await (const batch of data.trainDl.batches())
        hash.update(batch.x).update(batch.y).update(batch.items.join());
      for await (const batch of data.validDl.batches()) hash.update(batch.x);
      hashes.push(hash.digest("hex"));
    }
    await data.close();
    return hashes;
  };

  it("gives bit-identical batches with 0, 1 and 2 workers, in every pass", async () => {
    const root = smallSet(28, 7);
    const expected = await passes(await load(root, 0), 2);
    assert.notEqual(expected[0], expected[1]);
    assert.deepEqual(await passes(await load(root, 1), 2), expected);
    assert.deepEqual(await passes(await load(root, 2), 2), expected);
    assert.notDeepEqual(await passes(await load(root, 2, 6), 2), expected);
  });

  it("is not disturbed by looking at a batch", async () => {
    const root = smallSet(28, 7);
    const data = await load(root, 1);
    await data.showBatch({ rows: 2 });
    await data.oneBatch();
    assert.deepEqual(await passes(data, 1), await passes(await load(root, 0), 1));
  });
});
