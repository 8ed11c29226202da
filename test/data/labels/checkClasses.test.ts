import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkClasses } from "../../../src/data/labels/checkClasses.js";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { collectTexts } from "../../support/collectTexts.js";
import { refuses } from "../../support/refuses.js";
import { imagesAt } from "../../support/folders.js";

const files = (...classes: readonly string[]) =>
  classes.map((name, k) => ({ path: `${k}.png`, class: name }));

describe("the names of classes", () => {
  const alike: [string, string][] = [
    ["NORMAL", "Normal"],
    ["NORMAL", "NORMAL "],
    ["Pleural Effusion", "Pleural  Effusion"],
    ["No Finding", "no_finding"],
    ["NORMAL", "NOR\u200bMAL"],
    ["NORMAL", "\uff2eORMAL"],
    ["a b", "a\u00a0b"],
    ["COVID-19", "COVID\u201119"],
    ["1", "1.0"],
    ["0", "0.000e+00"],
    ["01", "1"],
  ];
  for (const [one, other] of alike) {
    it(`are refused when they look alike: ${JSON.stringify(one)}, ${JSON.stringify(other)}`, async () => {
      await refuses(() => checkClasses(files(one, other, "X", one), []), JSON.stringify(one), "(2 images)");
      await refuses(() => checkClasses(files(one, "X"), files(other)), JSON.stringify(other), "one name");
    });
  }

  const several: [classes: string[], count: number][] = [
    [["Effusion", "Effusion|Infiltration", "Mass"], 1],
    [["Effusion|Mass", "Mass|Effusion"], 2],
    [["Effusion", "Mass", "effusion; mass"], 1],
    [["['Effusion', 'Mass']", "[]"], 1],
    [["bacteria", "virus", "bacteria/virus"], 1],
    [["COVID-19", "non-COVID-19", "T-cell", "AP/PA"], 0],
  ];
  for (const [classes, count] of several) {
    it(`are ${count} that hold several labels: ${classes.join(" ")}`, () => {
      const notes = checkClasses(files(...classes), []);
      if (count === 0) assert.deepEqual(notes, []);
      else
        assert.match(
          notes.join(),
          new RegExp(`^Warning: ${count} of the ${classes.length} classes .*several`),
        );
    });
  }

  it("are said to be missing labels, and not several in one", () => {
    const notes = checkClasses(files("N/A", "Unlabeled", "A", "A", "NA meningitidis"), []);
    assert.equal(notes.length, 1);
    assert.match(
      notes[0] ?? "",
      /^Warning: N\/A, Unlabeled are classes by name, and may stand for images without/,
    );
  });

  it("are said to be many where a small set has nearly as many as images", () => {
    const ages = Array.from({ length: 8 }, (_, k) => String(30 + k));
    assert.match(checkClasses(files(...ages), []).join(), /the 8 images have 8 classes/);
    assert.deepEqual(checkClasses(files(...ages, ...ages), []), []);
  });

  it("are different where long numbers are", () => {
    assert.deepEqual(checkClasses(files("12345678901234567890", "12345678901234567891", "1.5"), []), []);
  });

  it("are said to be many where they are patients, and not where they have images", () => {
    const classes = Array.from({ length: 30 }, (_, k) => `p${k}`);
    assert.match(
      checkClasses(files(...classes), []).join(),
      /the 30 images have 30 classes \(p0, .*and 25 more\)/,
    );
    assert.deepEqual(checkClasses(files(...classes, ...classes, ...classes), []), []);
  });
});

describe("a class without validation images", () => {
  const options = { size: 8, bs: 1, numWorkers: 0 };

  it("is named, whether folders or chance decide", async () => {
    const root = await imagesAt("train/A/1.png", "train/B/2.png", "valid/A/3.png", "valid/C/4.png");
    const said = await collectTexts(() => ImageDataBunch.fromFolder(root, options));
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", /^Left out 1 validation image of classes without training images: C\.$/m);
    assert.match(said[0] ?? "", /^Warning: validation holds no images of B: .*validPct/m);

    const rare = Array.from({ length: 40 }, (_, k) => [`${k}.png`, "A"] as const);
    const fnames = [...rare.map(([name]) => name), "40.png", "41.png"];
    const labels = [...rare.map(([, label]) => label), "B", "B"];
    const set = await imagesAt(...fnames);
    const left: boolean[] = [];
    for (let seed = 0; seed < 8; seed++) {
      const counts: number[] = [];
      const texts = await collectTexts(async () => {
        const data = await ImageDataBunch.fromLists(set, fnames, labels, { ...options, seed });
        counts.push(...data.validDs.counts());
      });
      left.push(counts[1] === 0);
      assert.equal(texts.join().includes("validation holds no images of B"), left.at(-1));
    }
    assert.ok(left.includes(true) && left.includes(false));
  });

  it("is refused when it is every class, with their names", async () => {
    const root = await imagesAt("train/A/1.png", "train/B/2.png", "valid/anna/3.png", "valid/ben/4.png");
    await refuses(
      ImageDataBunch.fromFolder(root, options),
      "no validation images",
      "Left out 2",
      "anna, ben",
    );
  });
});
