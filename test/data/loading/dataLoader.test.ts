import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { truncateSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { DataLoader } from "../../../src/data/loading/DataLoader.js";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { ImageDataset } from "../../../src/data/ImageDataset.js";
import { WorkerPool } from "../../../src/data/loading/WorkerPool.js";
import { ImageCache } from "../../../src/data/loading/ImageCache.js";
import { UserError } from "../../../src/core/errors.js";
import { smallSet } from "../../support/folders.js";

describe("DataLoader", () => {
  const options = { valid: "test", size: 16, bs: 2, numWorkers: 2 };

  it("can be left early and begun anew", async () => {
    const data = await ImageDataBunch.fromFolder(smallSet(8, 1), options);
    for await (const batch of data.trainDl.batches()) {
      assert.equal(batch.y.length, 2);
      break;
    }
    let batches = 0;
    for await (const batch of data.trainDl.batches()) batches += batch.y.length / 2;
    assert.equal(batches, 8);
    await data.close();
  });

  it("works again after its threads have ended", async () => {
    const data = await ImageDataBunch.fromFolder(smallSet(4, 1), options);
    await data.oneBatch();
    await data.close();
    assert.equal((await data.oneBatch()).y.length, 2);
    await data.close();
  });

  for (const numWorkers of [0, 2]) {
    it(`names a file that cannot be decoded, with ${numWorkers} workers`, async () => {
      const [item] = (await ImageDataBunch.fromFolder(smallSet(2, 1), options)).trainDs.items;
      assert.ok(item);
      truncateSync(item.path, 1000);
      const workers = new WorkerPool(numWorkers);
      const loader = new DataLoader({
        dataset: new ImageDataset([item], [item.class]),
        bs: 1,
        size: 16,
        transforms: [],
        shuffle: false,
        dropLast: false,
        stats: () => undefined,
        stream: [1],
        workers,
        cache: new ImageCache(),
      });
      await assert.rejects(
        async () => {
          for await (const batch of loader.batches()) assert.fail(`a batch of ${batch.y.length}`);
        },
        (error: unknown) => error instanceof UserError && error.message.includes(item.path),
      );
      await workers.close();
    });
  }

  it("does not keep a finished program alive, nor let it end while it waits", () => {
    const program = `
      const { ImageDataBunch } = require(${JSON.stringify(path.join(__dirname, "../../../src/data/ImageDataBunch.js"))});
      void (async () => {
        const data = await ImageDataBunch.fromFolder(process.argv[1], ${JSON.stringify(options)});
        for await (const batch of data.trainDl.batches()) {
          console.log("got", batch.y.length);
          break;
        }
      })();`;
    const output = execFileSync(process.execPath, ["-e", program, smallSet(4, 1)], { timeout: 15_000 });
    assert.equal(output.toString(), "got 2\n");
  });
});
