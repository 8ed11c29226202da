import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { ImageDataset } from "../../../src/data/ImageDataset.js";
import { warnOfCopies } from "../../../src/data/labels/warnOfCopies.js";
import { collectTexts } from "../../support/collectTexts.js";
import { needsXrays, smallSet, temporaryFolder, xrays } from "../../support/folders.js";

describe("copies on both sides of a split", () => {
  const options = { size: 16, bs: 2, numWorkers: 0 };

  it("are counted, in validation and in the test set, under whatever name", async () => {
    const root = smallSet(4, 2);
    const from = path.join(root, "train", "NORMAL", "image-00.jpeg");
    copyFileSync(from, path.join(root, "test", "PNEUMONIA", "other.jpg"));
    mkdirSync(path.join(root, "new"));
    symlinkSync(from, path.join(root, "new", "link.jpeg"));
    const said = await collectTexts(() =>
      ImageDataBunch.fromFolder(root, { ...options, valid: "test", test: "new" }),
    );
    assert.equal(said.length, 2, said.join("\n"));
    const train = path.join("train", "NORMAL", "image-00.jpeg");
    const copy = path.join("test", "PNEUMONIA", "other.jpg");
    assert.match(said[0] ?? "", /^Warning: 1 of the 5 validation images are exact copies of training images/);
    assert.ok(said[0]?.includes(`${copy} of ${train}`));
    assert.match(said[1] ?? "", /^Warning: 1 of the 1 test images/);
  });

  it("are found where the whole set lies there twice and chance divides it", async () => {
    const root = temporaryFolder();
    const set = smallSet(3, 1);
    for (const part of ["one", "two"]) symlinkSync(set, path.join(root, part));
    // Two names of one folder are one folder: copies are files of their own.
    const files = ["NORMAL", "PNEUMONIA"].flatMap((name) =>
      [0, 1, 2].flatMap((k) =>
        ["a", "b"].map((copy) => {
          const file = path.join(root, `${name}-${k}-${copy}.jpeg`);
          copyFileSync(path.join(set, "train", name, `image-0${k}.jpeg`), file);
          return file;
        }),
      ),
    );
    const said = await collectTexts(() =>
      ImageDataBunch.fromNameRe(root, files, /(NORMAL|PNEUMONIA)/, { ...options, validPct: 0.3, seed: 1 }),
    );
    assert.match(said.join("\n"), /of the 3 validation images are exact copies/);
  });

  it("are told within training where the classes differ", async () => {
    const root = smallSet(4, 2);
    const folder = path.join(root, "train");
    const from = path.join(folder, "NORMAL", "image-00.jpeg");
    copyFileSync(from, path.join(folder, "NORMAL", "twice.jpeg"));
    const load = () => ImageDataBunch.fromFolder(root, { ...options, valid: "test" });
    assert.deepEqual(await collectTexts(load), []);
    copyFileSync(from, path.join(folder, "PNEUMONIA", "copy.jpeg"));
    const said = (await collectTexts(load)).join();
    assert.match(said, /^Warning: 3 of the 10 training images are exact copies of others with another class/);
    assert.match(said, /image-00\.jpeg \(NORMAL\) and .*copy\.jpeg \(PNEUMONIA\)/);
  });

  it("are none of the same size with other content, and none that cannot be read", async () => {
    const root = temporaryFolder();
    const [a, b, c] = ["a", "b", "c"].map((name) => path.join(root, name));
    assert.ok(a !== undefined && b !== undefined && c !== undefined);
    const bytes = Buffer.alloc(1000);
    writeFileSync(a, bytes);
    bytes[0] = 1;
    writeFileSync(b, bytes);
    const set = (...paths: string[]) => ImageDataset.unlabelled(paths, []);
    const said = await collectTexts(() => {
      warnOfCopies(root, set(a, c), { validation: set(b, c) });
    });
    assert.deepEqual(said, []);
  });

  it("are none in the X-rays", needsXrays, async () => {
    const data = await collectTexts(() =>
      ImageDataBunch.fromFolder(xrays, { valid: "test", size: 64, trainPerClass: 300 }),
    );
    assert.deepEqual(data, []);
  });
});
