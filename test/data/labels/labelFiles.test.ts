import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { imageFiles } from "../../../src/data/labels/imageFolder.js";
import { labelFromFunc, labelFromLists, labelFromRe } from "../../../src/data/labels/labelFiles.js";
import { refuses } from "../../support/refuses.js";
import { smallSet, temporaryFolder } from "../../support/folders.js";

/** A folder with empty files of these names. */
function filesNamed(...names: readonly string[]): string {
  const root = temporaryFolder();
  for (const name of names) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), "");
  }
  return root;
}

describe("labels from lists", () => {
  it("keeps the list's order, and takes names below the folder or absolute", () => {
    const root = filesNamed("b.png", "in/a.png");
    const labelled = labelFromLists(root, ["b.png", path.join(root, "in", "a.png")], ["X", "Y"]);
    assert.deepEqual(labelled, [
      { path: path.join(root, "b.png"), class: "X" },
      { path: path.join(root, "in", "a.png"), class: "Y" },
    ]);
  });

  it("refuses lists that do not fit", async () => {
    const root = filesNamed("a.png", "b.png");
    const label = (fnames: string[], labels: string[]) => () => labelFromLists(root, fnames, labels);
    await refuses(label(["a.png", "b.png"], ["X"]), "2 fnames and 1 labels");
    await refuses(label(["a.png", "b.png"], ["X", ""]), path.join(root, "b.png"), "empty");
    await refuses(label(["a.png", "./a.png"], ["X", "Y"]), path.join(root, "a.png"), "twice");
    await refuses(label(["a.png", "c.png"], ["X", "Y"]), "1 of 2 files", path.join(root, "c.png"), root);
    const many = Array.from({ length: 12 }, (_, k) => `missing-${k}.png`);
    await refuses(label(many, many), "12 of 12 files", "missing-9.png", "and 2 more");
  });

  it("refuses what is no text, and names that no file can have", async () => {
    const root = filesNamed("a.png");
    const label = (fnames: unknown, labels: unknown) => () =>
      labelFromLists(root, fnames as string[], labels as string[]);
    await refuses(label(["a.png"], [0]), "label 0 is 0", "String(value)");
    await refuses(label([undefined], ["X"]), "fname 0 is undefined");
    await refuses(label(["a.png"], ["  "]), path.join(root, "a.png"), "empty");
    await refuses(label(["a\0.png"], ["X"]), "1 of 1 files do not exist");
  });
});

describe("labels from names", () => {
  it("takes the pattern's first group, whatever its flags", () => {
    const root = filesNamed("cat_1.png", "dog_2.png", "cat_3.png");
    const fnames = ["cat_1.png", "dog_2.png", "cat_3.png"];
    for (const pattern of [/([a-z]+)_(\d+)\.png$/, /([A-Z]+)_\d+\.png$/gi, "([a-z]+)_\\d+"]) {
      const labelled = labelFromFunc(root, fnames, labelFromRe(pattern));
      assert.deepEqual(
        labelled.map((file) => file.class.toLowerCase()),
        ["cat", "dog", "cat"],
      );
    }
  });

  it("refuses a pattern or a function that gives no label, and names the file", async () => {
    const root = filesNamed("cat_1.png", "dog.png");
    const fnames = ["cat_1.png", "dog.png"];
    await refuses(() => labelFromRe(/cat/), "/cat/", "has no group");
    await refuses(() => labelFromRe(/(?<!a)(?:cat)/), "has no group");
    await refuses(() => labelFromRe("(cat"), "(cat", "cannot be read");
    const dog = path.join(root, "dog.png");
    await refuses(() => labelFromFunc(root, fnames, labelFromRe(/([a-z]+)_/)), dog, "finds no label");
    await refuses(() => labelFromFunc(root, fnames, labelFromRe(/([a-z]+)_|dog/)), dog, "finds no label");
    await refuses(() => labelFromFunc(root, fnames, (file) => (file === dog ? "" : "cat")), dog, "gives ''");
    await refuses(() => labelFromFunc(root, ["cat_1.png"], () => undefined as never), "gives undefined");
  });
});

describe("bunches of labelled lists", () => {
  const options = { size: 16, bs: 2, seed: 3, numWorkers: 0 };
  const classOf = (file: string) => path.basename(path.dirname(file));

  it("are the same whichever way the labels come", async () => {
    const root = smallSet(4, 1);
    const fnames = imageFiles(root);
    const bunches = await Promise.all([
      ImageDataBunch.fromFolder(root, { ...options, validPct: 0.2 }),
      ImageDataBunch.fromLists(root, fnames, fnames.map(classOf), options),
      ImageDataBunch.fromNameFunc(root, undefined, classOf, options),
      ImageDataBunch.fromNameRe(root, undefined, /([^/]+)\/[^/]+$/, options),
    ]);
    const [first] = bunches;
    assert.deepEqual([first.trainDs.length, first.validDs.length], [8, 2]);
    for (const data of bunches) {
      assert.deepEqual(data.classes, ["NORMAL", "PNEUMONIA"]);
      assert.deepEqual([data.trainDs.items, data.validDs.items], [first.trainDs.items, first.validDs.items]);
    }
  });

  it("need two classes, a pattern that can be read and a share", async () => {
    const root = smallSet(2, 1);
    await refuses(
      ImageDataBunch.fromNameFunc(root, undefined, () => "all", options),
      "only one class",
      "all",
    );
    await refuses(ImageDataBunch.fromNameRe(root, undefined, "image", options), "has no group");
    await refuses(ImageDataBunch.fromLists(root, [], [], options), root, "no images to train on");
  });
});
