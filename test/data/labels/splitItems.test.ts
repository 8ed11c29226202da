import assert from "node:assert/strict";
import { renameSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { imageFiles } from "../../../src/data/labels/imageFolder.js";
import { kermanyPatient } from "../../../src/xrays/kermanyPatient.js";
import { splitAtRandom, splitByFolder } from "../../../src/data/labels/splitItems.js";
import { collectTexts } from "../../support/collectTexts.js";
import { refuses } from "../../support/refuses.js";
import { needsXrays, smallSet, xrays } from "../../support/folders.js";

describe("a random split by patient", () => {
  const files = Array.from({ length: 40 }, (_, k) => ({ path: `${k}.png`, class: k % 2 === 0 ? "A" : "B" }));
  const inFives = (file: string) => `patient ${Math.floor(parseInt(file) / 5)}`;

  it("takes whole patients until the share is reached", () => {
    for (let seed = 0; seed < 10; seed++) {
      const { train, valid } = splitAtRandom(files, 0.3, { seed, groupBy: inFives });
      assert.equal(valid.length, 15, "12 images are wanted, which 3 patients of 5 reach");
      assert.equal(train.length, 25);
      const learned = new Set(train.map((file) => inFives(file.path)));
      assert.ok(valid.every((file) => !learned.has(inFives(file.path))));
    }
  });

  it("is the split of the seed, and with a patient for each image the one without patients", () => {
    const split = (seed: number, groupBy?: (file: string) => string) =>
      splitAtRandom(files, 0.25, { seed, groupBy });
    assert.deepEqual(split(1, inFives), split(1, inFives));
    assert.notDeepEqual(split(1, inFives), split(2, inFives));
    assert.deepEqual(
      split(1, (file) => file),
      split(1),
    );
  });

  it("refuses a file without a patient", async () => {
    const groupBy = (file: string) => (file === "7.png" ? "" : file);
    await refuses(() => splitAtRandom(files, 0.25, { seed: 0, groupBy }), "groupBy gives ''", "7.png");
    const none = () => undefined as never;
    await refuses(() => splitAtRandom(files, 0.25, { seed: 0, groupBy: none }), "gives undefined", "0.png");
  });

  it("says when a patient has all images", () =>
    refuses(
      ImageDataBunch.fromFolder(smallSet(2, 1), { size: 16, bs: 2, validPct: 0.3, groupBy: () => "one" }),
      "no images to train on",
      "groupBy",
    ));
});

describe("images that are held out of a random split", () => {
  const files = Array.from({ length: 400 }, (_, k) => ({ path: `${k}.png`, class: k % 4 === 0 ? "A" : "B" }));
  const inFours = (file: string) => `patient ${Math.floor(parseInt(file) / 4)}`;
  const paths = (side: readonly { readonly path: string }[] = []) => side.map((file) => file.path);

  it("are a share of all, of other patients than the rest, and leave the validation images as they were", () => {
    for (const how of [{}, { groupBy: inFours }, { groupBy: inFours, stratify: true }, { stratify: true }]) {
      for (let seed = 0; seed < 5; seed++) {
        const { train, valid, heldOut } = splitAtRandom(files, 0.2, { seed, ...how, heldOutPct: 0.1 });
        assert.deepEqual(valid, splitAtRandom(files, 0.2, { seed, ...how }).valid);
        assert.deepEqual(
          [train, valid, heldOut].map((side) => side?.length),
          [280, 80, 40],
        );
        assert.equal(new Set([...paths(train), ...paths(valid), ...paths(heldOut)]).size, 400);
        if (!("groupBy" in how)) continue;
        const elsewhere = new Set([...paths(train), ...paths(valid)].map(inFours));
        assert.ok(paths(heldOut).every((file) => !elsewhere.has(inFours(file))));
      }
    }
  });

  it("are drawn, numbered and told by the bunch, and are known to the images that come later", async () => {
    const root = smallSet(10, 3);
    const shares = { validPct: 0.2, heldOutPct: 0.3, stratify: true };
    const data = await ImageDataBunch.fromFolder(path.join(root, "train"), {
      ...{ size: 16, bs: 2, numWorkers: 0, groupBy: (file: string) => file, ...shares },
    });
    const sides = [data.trainDs, data.validDs, data.heldOutDs, data.heldOutDl?.dataset];
    assert.deepEqual(
      sides.map((side) => side?.counts()),
      [
        [5, 5],
        [2, 2],
        [3, 3],
        [3, 3],
      ],
    );
    const numbers = sides.slice(0, 3).flatMap((side) => side?.items.map(({ patient }) => patient) ?? []);
    assert.equal(new Set(numbers).size, 20);
    assert.match(inspect(data), /Held out: 6 images \(3 NORMAL, 3 PNEUMONIA\)/);
    await refuses(data.labelledLoader(path.join(root, "train")), "has a part in the training already");
  });

  it("are refused where nothing is divided, or nothing would train", async () => {
    const root = smallSet(4, 2);
    const load = (options: object, folder = root) =>
      ImageDataBunch.fromFolder(folder, { size: 16, bs: 2, numWorkers: 0, ...options });
    await refuses(load({ valid: "test", heldOutPct: 0.2 }), "heldOutPct is 0.2, and validPct is not given");
    const train = path.join(root, "train");
    for (const heldOutPct of [0, 1, -0.1, NaN]) {
      await refuses(load({ validPct: 0.2, heldOutPct }, train), `heldOutPct is ${heldOutPct}`);
    }
    await refuses(load({ validPct: 0.5, heldOutPct: 0.5 }, train), "0.5 and 0.5: no image is left to train");
  });
});

describe("patients on both sides of given folders", () => {
  it("are counted", async () => {
    const root = smallSet(3, 2);
    // The same names are in both folders and both classes.
    const said = await collectTexts(() =>
      splitByFolder(root, "train", "test", (file) => path.basename(file)),
    );
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", /2 of the 2 patients in validation.*4 of the 4 validation images/);
    assert.deepEqual(await collectTexts(() => splitByFolder(root, "train", "test", (file) => file)), []);
  });

  it("are none in the X-rays", needsXrays, async () => {
    assert.deepEqual(await collectTexts(() => splitByFolder(xrays, "train", "test", kermanyPatient)), []);
  });
});

describe("kermanyPatient", () => {
  const names: [string, string][] = [
    ["person100_bacteria_475.jpeg", "person100_bacteria"],
    ["person1_virus_6.jpeg", "person1_virus"],
    ["person23_virus_6_2.jpeg", "person23_virus"],
    ["IM-0001-0001.jpeg", "IM-0001"],
    ["IM-0433-0001-0002.jpeg", "IM-0433"],
    ["NORMAL2-IM-1427-0001.jpeg", "NORMAL2-IM-1427"],
    ["NORMAL2-IM-0416-0001-0001.jpeg", "NORMAL2-IM-0416"],
  ];
  for (const [name, patient] of names) {
    it(name, () => {
      assert.equal(kermanyPatient(path.join("person9_virus_1", name)), patient);
    });
  }

  it("knows no other names", async () => {
    for (const name of ["scan.jpeg", "person1.jpeg", "person1_fungus_1.jpeg", "IM-0001.jpeg"])
      await refuses(() => kermanyPatient(`folder/${name}`), `folder/${name}`);
  });

  it("finds the patients of the X-rays", needsXrays, () => {
    const patients = new Map<string, number>();
    for (const file of imageFiles(path.join(xrays, "train"))) {
      const patient = kermanyPatient(file);
      patients.set(patient, (patients.get(patient) ?? 0) + 1);
    }
    const shared = [...patients.values()].filter((count) => count > 1);
    const images = shared.reduce((sum, count) => sum + count, 0);
    assert.equal(images, 2207);
  });
});

describe("a test set", () => {
  const options = { size: 16, bs: 2, numWorkers: 0 };

  it("has images in order, without labels, apart from the others", async () => {
    const root = smallSet(4, 2);
    const data = await ImageDataBunch.fromFolder(root, { ...options, validPct: 0.25, test: "test" });
    assert.deepEqual([data.trainDs.length, data.validDs.length, data.testDs?.length], [6, 2, 4]);
    const labelled = [...data.trainDs.items, ...data.validDs.items].map((item) => item.path);
    assert.ok(labelled.every((file) => file.startsWith(path.join(root, "train"))));
    assert.deepEqual(
      data.testDs?.items,
      imageFiles(path.join(root, "test")).map((file) => ({ path: file, label: 0, class: "" })),
    );
    assert.deepEqual(data.testDs.counts(), [0, 0]);
    const items = [];
    for await (const batch of data.testDl?.batches() ?? []) items.push(...batch.items);
    assert.deepEqual(items, [0, 1, 2, 3]);
    assert.match(inspect(data), /Test: 4 images without labels/);
  });

  it("goes with folders and with names too, and is undefined when not asked for", async () => {
    const root = smallSet(2, 1);
    renameSync(path.join(smallSet(1, 1), "test"), path.join(root, "new"));
    const folders = await ImageDataBunch.fromFolder(root, { ...options, valid: "test", test: "new" });
    assert.deepEqual([folders.trainDs.length, folders.validDs.length, folders.testDs?.length], [4, 2, 2]);
    const classOf = (file: string) => path.basename(path.dirname(file));
    const names = await ImageDataBunch.fromNameFunc(root, undefined, classOf, { ...options, test: "new" });
    assert.equal(names.trainDs.length + names.validDs.length, 6);
    const without = await ImageDataBunch.fromFolder(root, { ...options, valid: "test" });
    assert.deepEqual([without.testDs, without.testDl], [undefined, undefined]);
  });

  it("is refused when it is missing, or trains too", async () => {
    const root = smallSet(2, 1);
    const load = (test: string) => ImageDataBunch.fromFolder(root, { ...options, valid: "test", test });
    await refuses(load("later"), path.join(root, "later"), "does not exist");
    await refuses(load("test"), "trains or validates too");
  });
});
