import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { numberPatients } from "../../../src/data/labels/patients.js";
import { splitAtRandom } from "../../../src/data/labels/splitItems.js";
import { dicomPatient, namesPatient } from "../../../src/data/dicom/dicomPatient.js";
import { patientOf } from "../../../src/xrays/patientOf.js";
import { collectTexts } from "../../support/collectTexts.js";
import { attributes, dicomFile, type Elements, syntaxes } from "../../support/dicomFile.js";
import { imagesAt, smallSet, temporaryFolder } from "../../support/folders.js";
import { refuses } from "../../support/refuses.js";

const letters = "aabbbcddef";
const files = Array.from({ length: 60 }, (_, k) => ({
  path: `/x/${letters[k % 10] ?? ""}${Math.floor(k / 20)}-${k}.png`,
  class: Math.floor(k / 20) === 0 ? "A" : "B",
}));
const byLetter = (file: string) => path.basename(file).split("-")[0] ?? "";

describe("patients", () => {
  it("are numbered in the order in which they first appear; names are not kept", () => {
    const numbers = numberPatients(files.slice(0, 6), byLetter);
    assert.deepEqual([...(numbers?.values() ?? [])], [0, 0, 1, 1, 1, 2]);
    assert.equal(numberPatients(files), undefined);
  });

  it("of a stratified split are on one side, and every class has its share", () => {
    for (let seed = 0; seed < 5; seed++) {
      const { train, valid } = splitAtRandom(files, 0.3, { seed, groupBy: byLetter, stratify: true });
      const learned = new Set(train.map((file) => byLetter(file.path)));
      assert.ok(valid.every((file) => !learned.has(byLetter(file.path))));
      const count = (name: string) => valid.filter((file) => file.class === name).length;
      // 6 of 20 and 12 of 40, but for half of the largest patient, who has six images.
      for (const [name, share] of [
        ["A", 6],
        ["B", 12],
      ] as const) {
        assert.ok(Math.abs(count(name) - share) <= 3, `${count(name)} of ${share}`);
      }
    }
    const held = (seed: number) => splitAtRandom(files, 0.3, { seed, groupBy: byLetter, stratify: true });
    assert.deepEqual(held(1), held(1));
    assert.notDeepEqual(held(1), held(2));
  });

  it("of a stratified split are of all sizes on both sides", () => {
    // 100 patients with one image and 100 with five.
    const sizes = Array.from({ length: 200 }, (_, patient) => (patient % 2 === 0 ? 1 : 5));
    const images = sizes.flatMap((size, patient) =>
      Array.from({ length: size }, (_, k) => ({
        path: `/x/${patient}-${k}.png`,
        class: patient < 100 ? "A" : "B",
      })),
    );
    const patients: number[] = [];
    for (let seed = 0; seed < 20; seed++) {
      const { valid } = splitAtRandom(images, 0.2, { seed, groupBy: byLetter, stratify: true });
      assert.ok(Math.abs(valid.length - 120) <= 5, String(valid.length));
      patients.push(new Set(valid.map(({ path: file }) => byLetter(file))).size);
    }
    // Were the held-out patients all small there would be 120 of them, and 24 if they were all large.
    const mean = patients.reduce((sum, count) => sum + count, 0) / patients.length;
    assert.ok(Math.abs(mean - 40) <= 3, `${mean} patients in the mean`);
  });

  it("whose only image has a class are not all taken from training", () => {
    const few = ["A", "A", "A", "A", "B", "B"].map((name, k) => ({ path: `/x/${k}.png`, class: name }));
    for (let seed = 0; seed < 10; seed++) {
      const { train, valid } = splitAtRandom(few, 0.2, { seed, stratify: true });
      for (const side of [train, valid])
        assert.deepEqual([...new Set(side.map((file) => file.class))].sort(), ["A", "B"]);
    }
  });

  it("of a pattern are what its first group finds, in every path", async () => {
    const numbers = numberPatients(files.slice(0, 6), /\/(\w\d)-\d+\.png$/g);
    assert.deepEqual([...(numbers?.values() ?? [])], [0, 0, 1, 1, 1, 2]);
    await refuses(
      () => numberPatients(files, /([a-c]\d)-/),
      "groupBy is /([a-c]\\d)-/, which finds nothing in 24 of 60 paths, such as /x/d0-6.png",
    );
    // Below the data set's folder, whatever the folders above it are called.
    const names = ["train/A", "train/B", "valid/A", "valid/B"].flatMap((place, k) =>
      [0, 1].map((i) => `person7_set/ps/${place}/person${2 * k + i}_x.png`),
    );
    const root = path.join(await imagesAt(...names), "person7_set", "ps");
    const common = { size: 32, bs: 2, numWorkers: 0 } as const;
    await refuses(
      ImageDataBunch.fromFolder(root, { ...common, groupBy: /(person7)_set/ }),
      'puts all 8 images into one group, "person7"',
      "tells one patient or one object from another",
    );
    const found = await ImageDataBunch.fromFolder(root, { ...common, groupBy: /person(\d+)_/ });
    const told = [...found.trainDs.items, ...found.validDs.items].map(({ patient }) => patient);
    assert.deepEqual(told, [0, 1, 2, 3, 4, 5, 6, 7]);
    await found.close();
    await refuses(() => numberPatients(files, /[a-f]\d-/), "groupBy is /[a-f]\\d-/, which has no group");
  });

  it("of a CSV file's column stay together, and are numbers in the data sets", async () => {
    const names = Array.from({ length: 12 }, (_, k) => `${k}.png`);
    const root = await imagesAt(...names);
    const rows = names.map((name, k) => `${name},${k % 2 === 0 ? "cat" : "dog"},Miller ${k % 4}`);
    writeFileSync(path.join(root, "labels.csv"), ["file,label,patient", ...rows].join("\n"));
    const options = { size: 16, bs: 2, patientCol: "patient", validPct: 0.3, seed: 1 };
    const data = await ImageDataBunch.fromCsv(root, options);
    const who = (set: ImageDataBunch["trainDs"]) => new Set(set.items.map(({ patient }) => patient));
    assert.equal(who(data.trainDs).size + who(data.validDs).size, 4);
    assert.ok([...who(data.validDs)].every((each) => typeof each === "number"));
    assert.doesNotMatch(JSON.stringify(data.trainDs), /Miller/);
    await refuses(ImageDataBunch.fromCsv(root, { ...options, groupBy: () => "x" }), "patientCol", "groupBy");
    await refuses(
      ImageDataBunch.fromCsv(root, { ...options, patientCol: "who" }),
      'patientCol is "who", which is no column',
    );
  });

  it("of DICOM files are told by a hash of their identifier, and by nothing that can be read", () => {
    const folder = temporaryFolder();
    const write = (name: string, id: string | undefined, syntax: string = syntaxes.explicit): string => {
      const file = path.join(folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      const pixels = Buffer.alloc(8 * 8 * 2, name);
      const own: Elements = id === undefined ? {} : { "00100020": ["IS", id] };
      const elements = attributes(8, 8, { ...own, "7fe00010": ["OW", pixels] });
      writeFileSync(file, dicomFile(syntax, elements));
      return file;
    };
    const [a, b, c] = [
      write("train/cat/a.dcm", "4711"),
      write("train/cat/b", "4711 ", syntaxes.implicit),
      write("train/dog/c.dcm", "4712"),
    ];
    assert.equal(dicomPatient(a), dicomPatient(b));
    assert.notEqual(dicomPatient(a), dicomPatient(c));
    assert.match(dicomPatient(a), /^[0-9a-f]{64}$/);
    const dataset = { path: folder, kind: "other", train: "train", valid: "test" } as const;
    assert.equal(patientOf(dataset), dicomPatient);
    const nobody = write("train/dog/d.dcm", undefined);
    assert.equal(namesPatient(nobody), false);
    assert.equal(patientOf(dataset), undefined, "of one image it is not known");
    assert.equal(patientOf({ ...dataset, kind: "phantom" }), undefined, "a drawn image is nobody's");
    const other = write("train/dog/e.dcm", undefined);
    assert.notEqual(dicomPatient(nobody), dicomPatient(other), "each counts by itself");
  });
});

describe("a labelled loader", () => {
  it("looks at a test folder only when it is asked for, and tells patients that have trained", async () => {
    const root = smallSet(6, 2);
    const place = path.join(root, "train");
    const data = await ImageDataBunch.fromFolder(place, {
      ...{ size: 16, bs: 2, validPct: 0.3, stratify: true, seed: 1 },
      groupBy: (file) => path.join(path.basename(path.dirname(file)), path.basename(file)),
    });
    let loader: Awaited<ReturnType<ImageDataBunch["labelledLoader"]>> | undefined;
    const said = await collectTexts(async () => {
      loader = await data.labelledLoader(path.join(root, "test"));
    });
    assert.deepEqual(
      loader?.dataset.items.map((item) => [item.class, item.label, item.patient]),
      [
        ["NORMAL", 0, 0],
        ["NORMAL", 0, 1],
        ["PNEUMONIA", 1, 2],
        ["PNEUMONIA", 1, 3],
      ],
    );
    // The drawn images of both folders are called alike.
    assert.match(said.join("\n"), /Warning: \d of the 4 patients in test are also in training or validation/);
    assert.match(said.join("\n"), /of the 4 test images/);
    // What was warned of stays with the data, for whoever writes the numbers down.
    assert.deepEqual(
      data.warnings.map((warning) => `Warning: ${warning}`),
      said
        .join("\n")
        .split("\n")
        .filter((line) => line.startsWith("Warning: ")),
    );
    assert.notEqual(data.warnings.length, 0);
    const one = await data.labelledLoader(path.join(root, "test"), { perClass: 1 });
    assert.equal(one.dataset.length, 2);
    const [trained = "", heldOut = ""] = [data.trainDs, data.validDs].map((ds) => ds.items[0]?.path);
    for (const [i, file] of [trained, heldOut].entries()) {
      cpSync(file, path.join(root, "test", path.basename(path.dirname(file)), `copy-${i}.png`));
    }
    const copies = await collectTexts(async () => {
      await data.labelledLoader(path.join(root, "test"));
    });
    assert.match(
      copies.join("\n"),
      /2 of the 6 test images are exact copies of training or validation images/,
    );
    await data.close();
  });

  it("of given folders cannot be stratified", async () => {
    const options = { ...{ size: 16, bs: 2, valid: "test" }, stratify: true };
    await refuses(ImageDataBunch.fromFolder(smallSet(4, 2), options), "stratify is true", "validPct");
  });

  it("refuses what trains, and a folder without images", async () => {
    const root = smallSet(6, 2);
    const data = await ImageDataBunch.fromFolder(path.join(root, "train"), {
      size: 16,
      bs: 2,
      validPct: 0.3,
    });
    await refuses(data.labelledLoader(path.join(root, "train")), "has a part in the training already");
    mkdirSync(path.join(root, "none"));
    await refuses(data.labelledLoader(path.join(root, "none")), "holds no images");
    // A class that is not known is left out, as in validation.
    const foreign = path.join(root, "test", "COVID");
    mkdirSync(foreign);
    const [name = ""] = readdirSync(path.join(root, "test", "NORMAL"));
    cpSync(path.join(root, "test", "NORMAL", name), path.join(foreign, name));
    const said = await collectTexts(async () => {
      assert.equal((await data.labelledLoader(path.join(root, "test"))).dataset.length, 4);
    });
    assert.match(said.join("\n"), /Left out 1 test image .*COVID/);
    await data.close();
  });
});
