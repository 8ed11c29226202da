import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { dataFolders, describeData } from "../../src/runs/describeData.js";
import { sourceOf } from "../../src/xrays/sourceOf.js";
import { findDataset } from "../../src/xrays/findDataset.js";
import { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { imageFiles } from "../../src/data/labels/imageFolder.js";
import { kermanyNames } from "../../src/xrays/kermanyListing.js";
import { needsXrays, smallSet, temporaryFolder, xrays } from "../support/folders.js";

const files = (...names: readonly string[]) =>
  names.map((name) => ({ path: path.join("/data/train", name), class: path.dirname(name) }));

describe("whose images they are", () => {
  const folder = temporaryFolder;
  const cases: readonly (readonly [what: string, names: readonly string[], source: string])[] = [
    [
      "some of Kermany's X-rays",
      ["NORMAL/IM-0115-0001.jpeg", "PNEUMONIA/person1_bacteria_1.jpeg"],
      "kermany",
    ],
    ["copies in another format", ["NORMAL/IM-0115-0001.png", "PNEUMONIA/person1_virus_6.png"], "kermany"],
    ["classes in small letters", ["normal/IM-0115-0001.jpeg", "pneumonia/person1_virus_6.jpeg"], "kermany"],
    ["Kermany's X-rays as cats and dogs", ["cat/IM-0115-0001.jpeg", "dog/person1_bacteria_1.jpeg"], "other"],
    ["classes the wrong way round", ["PNEUMONIA/IM-0115-0001.jpeg"], "other"],
    ["names of the same form that are not in the set", ["NORMAL/IM-0114-0001.jpeg"], "other"],
    ["an image of another set among them", ["NORMAL/IM-0115-0001.jpeg", "NORMAL/cat.jpeg"], "other"],
    ["other X-rays of the same classes", ["NORMAL/00001.png", "PNEUMONIA/00002.png"], "other"],
    ["none", [], "other"],
  ];
  for (const [what, names, source] of cases) {
    it(`${what}: ${source}`, () => {
      assert.equal(sourceOf(folder(), files(...names)), source);
    });
  }

  it("is Kermany's whole set, and nothing else", needsXrays, async () => {
    const listed = new Map(
      imageFiles(xrays).map((file) => [path.parse(file).name, path.basename(path.dirname(file))]),
    );
    assert.deepEqual([...kermanyNames()].sort(), [...listed].sort());
    assert.equal((await findDataset(xrays)).kind, "kermany");
  });
});

describe("what a run says of its images", () => {
  const load = (root: string, more: { readonly trainPerClass?: number } = {}) =>
    ImageDataBunch.fromFolder(root, { valid: "test", size: 32, bs: 2, numWorkers: 0, ...more });
  const splits = { train: "train", valid: "test" };

  it("is folder, source, and of each split the classes' counts and a hash, the same wherever they lie", async () => {
    const root = smallSet(3, 2);
    const said = describeData(await load(root), splits);
    assert.deepEqual([said.source, said.folder, said.name], ["other", root, path.basename(root)]);
    assert.deepEqual(said.train.classes, { NORMAL: 3, PNEUMONIA: 3 });
    assert.deepEqual([said.valid.folder, said.valid.images], ["test", 4]);
    assert.match(said.valid.hash, /^[0-9a-f]{64}$/);
    const moved = path.join(temporaryFolder(), "moved");
    cpSync(root, moved, { recursive: true });
    const again = describeData(await load(moved), splits);
    assert.deepEqual([again.train, again.valid], [said.train, said.valid]);
  });

  it("tells a part from the whole that it was drawn from", async () => {
    const root = smallSet(4, 2);
    const [all, part] = [await load(root), await load(root, { trainPerClass: 2 })].map((data) =>
      describeData(data, splits),
    );
    assert.equal(part?.train.images, 4);
    assert.notEqual(part.train.hash, all?.train.hash);
    assert.deepEqual(part.train.available, all?.train.available);
    assert.deepEqual(part.valid, all?.valid);
  });

  const changes: readonly (readonly [what: string, change: (folder: string, file: string) => void])[] = [
    [
      "a file's size",
      (folder, file) => {
        appendFileSync(path.join(folder, file), "x");
      },
    ],
    [
      "a file's name",
      (folder, file) => {
        renameSync(path.join(folder, file), path.join(folder, "z.jpeg"));
      },
    ],
    [
      "a file's class",
      (folder, file) => {
        renameSync(path.join(folder, file), path.join(folder, "..", "NORMAL", "z.jpeg"));
      },
    ],
  ];
  for (const [what, change] of changes) {
    it(`is other after a change of ${what}`, async () => {
      const root = smallSet(3, 2);
      const dataset = await findDataset(root);
      const before = dataFolders(dataset);
      const folder = path.join(root, "test", "PNEUMONIA");
      mkdirSync(folder, { recursive: true });
      change(folder, readdirSync(folder)[0] ?? "");
      const after = dataFolders(dataset);
      assert.notEqual(after.valid.available.hash, before.valid.available.hash);
      assert.equal(after.train.available.hash, before.train.available.hash);
    });
  }
});
