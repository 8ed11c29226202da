import assert from "node:assert/strict";
import { copyFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import type { ImageDataBunchOptions } from "../../../src/data/bunchOptions.js";
import { imageFiles } from "../../../src/data/labels/imageFolder.js";
import { type CsvOptions, labelFromCsv } from "../../../src/data/labels/labelFromCsv.js";
import { sidesOf } from "../../../src/data/labels/splitColumn.js";
import { collectTexts } from "../../support/collectTexts.js";
import { smallSet, temporaryFolder } from "../../support/folders.js";
import { refuses } from "../../support/refuses.js";

/** Ten images, 0.jpeg to 9.jpeg, of two classes in turn. */
function tenImages(): string {
  const [from, root] = [smallSet(4, 1), temporaryFolder()];
  const files = imageFiles(from);
  const byClass = ["NORMAL", "PNEUMONIA"].map((name) => files.filter((file) => file.includes(name)));
  for (let k = 0; k < 10; k++) {
    copyFileSync(byClass[k % 2]?.[Math.floor(k / 2)] ?? "", path.join(root, `${k}.jpeg`));
  }
  return root;
}
const classOf = (k: number): string => (k % 2 === 0 ? "A" : "B");
const options = { size: 16, bs: 2, numWorkers: 0 };

/** A bunch of the ten images, with what was said, by the value of each in one more column. */
async function divided(
  header: string,
  value: (k: number) => string,
  more: CsvOptions & Partial<ImageDataBunchOptions> = {},
): Promise<{ train: string[]; valid: string[]; heldOut: string[] | undefined; said: string }> {
  const root = tenImages();
  const rows = Array.from({ length: 10 }, (_, k) => `${k}.jpeg,${classOf(k)},${value(k)}`);
  writeFileSync(path.join(root, "labels.csv"), [`file,label,${header}`, ...rows].join("\n"));
  let data: ImageDataBunch | undefined;
  const said = await collectTexts(async () => {
    data = await ImageDataBunch.fromCsv(root, { ...options, validCol: 2, ...more });
  });
  const names = (dataset?: { readonly items: readonly { readonly path: string }[] }): string[] | undefined =>
    dataset?.items.map((item) => path.basename(item.path, ".jpeg"));
  return {
    train: names(data?.trainDs) ?? [],
    valid: names(data?.validDs) ?? [],
    heldOut: names(data?.heldOutDs),
    said: said.join("\n"),
  };
}

describe("a CSV file's column that divides the images", () => {
  const flags: readonly (readonly [yes: string, no: string])[] = [
    ["True", "False"],
    ["1", "0"],
    ["1.0", "0.0"],
    ["yes", "no"],
    ["T", "F"],
  ];
  for (const [yes, no] of flags) {
    it(`may say ${yes} and ${no}`, async () => {
      const { train, valid, heldOut, said } = await divided("is_valid", (k) => (k > 5 ? yes : no));
      assert.deepEqual(
        [train, valid],
        [
          ["0", "1", "2", "3", "4", "5"],
          ["6", "7", "8", "9"],
        ],
      );
      assert.equal(heldOut, undefined);
      assert.equal(said, "");
    });
  }

  const words: readonly (readonly [train: string, valid: string, test: string])[] = [
    ["train", "valid", "test"],
    ["TRAIN", "Val", "Test"],
    ["training", "validation", "testing"],
    ["train_set", "dev set", "held-out"],
    ["Train", "Validation data", "holdout"],
  ];
  for (const [train, valid, test] of words) {
    it(`may say ${train}, ${valid} and ${test}`, async () => {
      const found = await divided("split", (k) => (k < 4 ? train : k < 7 ? valid : test));
      assert.deepEqual(found.train, ["0", "1", "2", "3"]);
      assert.deepEqual(found.valid, ["4", "5", "6"]);
      assert.deepEqual(found.heldOut, ["7", "8", "9"]);
      assert.match(found.said, /^3 images that the table calls test .*data\.heldOutDs\.$/);
    });
  }

  for (const [owner, owners] of [
    ["patient", "patients"],
    ["tree", "groups"],
  ] as const)
    it(`may be named, and its ${owners} on both sides are told`, async () => {
      const root = tenImages();
      const rows = Array.from(
        { length: 10 },
        (_, k) => `p${Math.floor(k / 2)},${k > 4},${k}.jpeg,${classOf(k)}`,
      );
      writeFileSync(path.join(root, "labels.csv"), [`${owner},is valid,file,label`, ...rows].join("\n"));
      const said = await collectTexts(async () => {
        const columns = { fnCol: "file", labelCol: "label", validCol: "is valid", patientCol: owner };
        const data = await ImageDataBunch.fromCsv(root, { ...options, ...columns });
        assert.deepEqual([data.trainDs.length, data.validDs.length], [5, 5]);
        assert.deepEqual(
          data.validDs.items.map((item) => item.patient),
          [2, 3, 3, 4, 4],
        );
      });
      assert.match(
        said.join("\n"),
        new RegExp(`^Warning: 1 of the 3 ${owners} in validation are also in training, with 1 of the 5`),
      );
    });

  const strange: readonly (readonly [what: string, values: readonly string[], ...parts: string[]])[] = [
    ["folds", ["0", "1", "2", "3"], '"0", "1", "2", "3"', "look like folds"],
    ["views", ["PA", "AP", "PA"], '"AP", "PA"', "true where an image validates"],
    ["both kinds", ["train", "1", "0"], '"0", "1", "train"'],
  ];
  for (const [what, values, ...parts] of strange) {
    it(`is refused with ${what}`, () =>
      refuses(() => sidesOf(values, '"split" of x.csv'), "split", ...parts));
  }

  it("is refused where true would mean the contrary, a value is missing, or chance divides too", async () => {
    await refuses(() => sidesOf(["1", "0"], '"is_train" of x.csv'), "is_train", "which validate");
    await refuses(
      divided("is_valid", (k) => (k === 3 ? "" : "1")),
      "Row 5",
      '"is_valid"',
    );
    for (const more of [{ validPct: 0.2 }, { heldOutPct: 0.2 }, { stratify: true }]) {
      await refuses(
        divided("is_valid", () => "1", more),
        Object.keys(more)[0] ?? "",
        "validCol is 2",
      );
    }
    await refuses(
      divided("is_valid", () => "1"),
      "says of no image that it trains",
      "validCol",
    );
    await refuses(
      divided("is_valid", () => "0"),
      "no validation images",
      "validCol",
    );
    await refuses(
      divided("split", (k) => (k < 6 ? "train" : "test")),
      "says of no image that it validates",
      "validPct: 0.2",
    );
    for (const fold of [(k: number) => `${k % 5}`, (k: number) => `fold ${k % 3}`]) {
      await refuses(divided("fold", fold), "look like folds", "is_valid = (fold == 0)");
    }
    await refuses(
      divided("is_valid", () => "0", { validCol: "split" }),
      'validCol is "split"',
    );
  });
});

describe("a column that says train and test alone", () => {
  const value = (k: number): string => (k < 8 ? "train" : "test");

  it("leaves a share of what trains to chance, by class where it is asked for", async () => {
    const { train, valid, heldOut } = await divided("split", value, { validPct: 0.25, stratify: true });
    assert.deepEqual(heldOut, ["8", "9"]);
    assert.equal(train.length, 6);
    assert.deepEqual(valid.map((name) => classOf(Number(name))).sort(), ["A", "B"]);
    assert.deepEqual([...train, ...valid].sort(), ["0", "1", "2", "3", "4", "5", "6", "7"]);
    const flags = await divided("is_valid", () => "0", { validPct: 0.2 });
    assert.equal(flags.valid.length, 2);
    assert.equal(flags.heldOut, undefined);
  });

  it("leaves whole patients to chance", async () => {
    const { train, valid, heldOut } = await divided("split", value, {
      validPct: 0.5,
      groupBy: (file) => String(Math.floor(Number(path.basename(file, ".jpeg")) / 4)),
    });
    assert.deepEqual(heldOut, ["8", "9"]);
    const halves = [
      ["0", "1", "2", "3"],
      ["4", "5", "6", "7"],
    ];
    assert.deepEqual([train, valid].sort(), halves);
  });
});

describe("several rows of one image", () => {
  const rootOf = (...rows: string[]): string => {
    const root = temporaryFolder();
    for (const name of ["a.png", "b.png", "c.png"]) writeFileSync(path.join(root, name), "");
    writeFileSync(path.join(root, "labels.csv"), rows.join("\n"));
    return root;
  };

  it("count once where they agree, and a sentence says how many there were", async () => {
    const root = rootOf(
      ...["patientId,x,y,width,height,Target", "a,264,152,213,379,1", "a,562,152,256,453,1"],
      ...["b,,,,,0", "c,323,577,160,104,1", "./c,695,575,162,137,1"],
    );
    const said = await collectTexts(() => {
      const labelled = labelFromCsv(root, { labelCol: "Target", suffix: ".png" });
      assert.deepEqual(
        labelled.map((file) => [path.basename(file.path), file.class]),
        [
          ["a.png", "1"],
          ["b.png", "0"],
          ["c.png", "1"],
        ],
      );
    });
    assert.match(said.join("\n"), /^2 of the 5 rows of .*labels\.csv say once more .*: 3 images\.$/);
  });

  it("are refused where they do not, with both rows", async () => {
    const header = "file,label,patient,split";
    const cases: [rows: string[], ...parts: string[]][] = [
      [
        ["a.png,Effusion,1,train", "b.png,X,2,valid", "a.png,Infiltration,1,train"],
        ...["Rows 2 and 4", "a.png two labels", '"Effusion" and "Infiltration"', "one label"],
      ],
      [["a.png,X,1,train", "a.png,X,2,train"], "Rows 2 and 3", "two patients"],
      [["a.png,X,1,train", "a.png,X,1,valid"], "two sides of the split", '"train" and "valid"'],
    ];
    for (const [rows, ...parts] of cases) {
      const columns = { patientCol: "patient", validCol: "split" };
      await refuses(() => labelFromCsv(rootOf(header, ...rows), columns), ...parts);
    }
  });
});
