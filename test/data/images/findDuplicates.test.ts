import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import sharp from "sharp";
import { decodeBytes, decodeImage } from "../../../src/data/images/decodeImage.js";
import { type Duplicate, findDuplicates } from "../../../src/data/images/findDuplicates.js";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { ImageDataset } from "../../../src/data/ImageDataset.js";
import { imageHash } from "../../../src/data/images/imageHash.js";
import { imageFiles } from "../../../src/data/labels/imageFolder.js";
import { showDuplicates } from "../../../src/data/figures/showDuplicates.js";
import { setDisplay, silentDisplay, type Table } from "../../../src/core/Display.js";
import { hashDistance } from "../../support/hashDistance.js";
import { needsXrays, smallSet, xrays } from "../../support/folders.js";

const names = (pairs: readonly Duplicate[]): string[] =>
  pairs.map(({ images }) => images.map(({ set, path: file }) => `${set}/${path.basename(file)}`).join(" = "));

describe("findDuplicates", () => {
  it("finds copies across the sets, exact ones and changed ones", async () => {
    const root = smallSet(6, 4);
    const file = (...parts: string[]): string => path.join(root, ...parts);
    const [first, second] = ["image-00.jpeg", "image-01.jpeg"];
    cpSync(file("train", "NORMAL", first), file("test", "NORMAL", "copy.jpeg"));
    await sharp(file("train", "PNEUMONIA", second))
      .resize(97, 83, { fit: "fill" })
      .jpeg({ quality: 60 })
      .toFile(file("test", "PNEUMONIA", "smaller.jpeg"));
    // In one set only: of no harm to the error rate.
    cpSync(file("train", "NORMAL", second), file("train", "NORMAL", "twin.jpeg"));
    const data = await ImageDataBunch.fromFolder(root, { valid: "test", size: 16, bs: 4, numWorkers: 0 });

    const across = await data.findDuplicates();
    assert.deepEqual(names(across), [
      "train/image-00.jpeg = valid/copy.jpeg",
      "train/image-01.jpeg = valid/smaller.jpeg",
    ]);
    assert.deepEqual(
      across.map(({ exact }) => exact),
      [true, false],
    );
    assert.equal(across[0]?.distance, 0);
    assert.ok((across[1]?.distance ?? 0) <= 26);
    const all = await data.findDuplicates({ withinSets: true, maxDistance: 0 });
    assert.ok(names(all).includes("train/image-01.jpeg = train/twin.jpeg"));

    const tables: Table[] = [];
    const pictures: string[] = [];
    const before = setDisplay({
      ...silentDisplay,
      table: (table) => tables.push(table),
      image: (png, { alt }) => {
        pictures.push(alt);
        assert.ok(png.length > 1000);
      },
    });
    try {
      await showDuplicates(across, { rows: 1 });
    } finally {
      setDisplay(before);
    }
    assert.deepEqual(tables[0]?.rows, [
      ["train / NORMAL / image-00.jpeg", "valid / NORMAL / copy.jpeg", "none: every pixel is equal"],
    ]);
    assert.match(tables[0].caption ?? "", /2 pairs .* 1 of them equal .* the first 1/);
    assert.match(pictures[0] ?? "", /2 images, duplicates side by side.*copy\.jpeg/);
  });

  it("refuses distances that no two hashes have, and rows that are none", async () => {
    for (const maxDistance of [-1, 256, NaN]) {
      await assert.rejects(findDuplicates({}, { maxDistance }), /maxDistance is/);
    }
    await assert.rejects(showDuplicates([], { rows: 0 }), /rows is 0/);
  });

  it("finds the 30 groups in the test and training X-rays, and nothing across", needsXrays, async () => {
    const dataset = (split: string): ImageDataset =>
      ImageDataset.unlabelled(imageFiles(path.join(xrays, split)), []);
    const pairs = await findDuplicates(
      { train: dataset("train"), test: dataset("test") },
      { withinSets: true, maxDistance: 33 },
    );
    // 28 pairs, and two groups of three, each two pairs.
    assert.equal(pairs.length, 32);
    assert.ok(pairs.every(({ exact, images: [a, b] }) => exact && a.set === b.set));
  });

  it("knows real X-rays again after what files go through", needsXrays, async () => {
    const files = imageFiles(path.join(xrays, "test")).filter((_, i) => i % 16 === 0);
    assert.equal(files.length, 39);
    for (const file of files) {
      const hash = imageHash(await decodeImage(file));
      const bytes = readFileSync(file);
      for (const changed of [
        sharp(bytes).jpeg({ quality: 30 }),
        sharp(bytes).resize(90),
        sharp(bytes).resize(150, 150, { fit: "fill" }),
        sharp(bytes).linear(1.15, 10),
        sharp(bytes).gamma(1.5),
      ]) {
        const copy = await decodeBytes(await changed.png().toBuffer(), "the copy");
        assert.ok(hashDistance(hash, imageHash(copy)) <= 26, file);
      }
    }
  });
});
