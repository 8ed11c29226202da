import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { imageFiles } from "../../src/data/imageFolder.js";
import { labelFromCsv } from "../../src/data/labelFromCsv.js";
import { refuses } from "../support/refuses.js";
import { smallSet, temporaryFolder } from "./folders.js";

/** A folder with empty images a.png and b.png, and a CSV file. */
function csv(text: string, { name = "labels.csv", folder = "" } = {}): string {
  const root = temporaryFolder();
  mkdirSync(path.join(root, folder), { recursive: true });
  for (const image of ["a.png", "b.png"]) writeFileSync(path.join(root, folder, image), "");
  writeFileSync(path.join(root, name), text);
  return root;
}

describe("labels from a CSV file", () => {
  const good: [what: string, text: string, options: Parameters<typeof labelFromCsv>[1]][] = [
    ["the first two columns", "file,label\na.png,X\nb.png,Y\n", {}],
    ["a byte order mark, CRLF and an empty last line", "\ufefffile,label\r\na.png,X\r\nb.png,Y\r\n\r\n", {}],
    ["quoted fields", '"file, of image",label\n"a.png","X"\nb.png,Y', { fnCol: "file, of image" }],
    [
      "columns by name",
      "id,kind,age,name\n1,X,30,a\n2,Y,40,b",
      { fnCol: "name", labelCol: "kind", suffix: ".png" },
    ],
    ["columns by place", "id,kind,name\n1,X,a.png\n2,Y,b.png", { fnCol: 2, labelCol: 1 }],
    ["no header, another delimiter", "a.png;X\nb.png;Y", { header: false, delimiter: ";" }],
  ];
  for (const [what, text, options] of good) {
    it(what, () => {
      const root = csv(text);
      assert.deepEqual(labelFromCsv(root, options), [
        { path: path.join(root, "a.png"), class: "X" },
        { path: path.join(root, "b.png"), class: "Y" },
      ]);
    });
  }

  it("another file, images in a folder", () => {
    const root = csv("file,label\na.png,X", { name: "mine.csv", folder: "images" });
    const labelled = labelFromCsv(root, { csvLabels: "mine.csv", folder: "images" });
    assert.deepEqual(labelled, [{ path: path.join(root, "images", "a.png"), class: "X" }]);
  });

  const bad: [what: string, text: string, options: Parameters<typeof labelFromCsv>[1], ...parts: string[]][] =
    [
      [
        "an unknown column name",
        "file,label\na.png,X",
        { labelCol: "class" },
        'labelCol is "class"',
        '"file", "label"',
      ],
      ["a column place too high", "file,label\na.png,X", { fnCol: 2 }, "fnCol is 2", "2 columns"],
      ["a negative place", "file,label\na.png,X", { fnCol: -1 }, "fnCol is -1"],
      ["a fraction of a place", "file,label\na.png,X", { labelCol: 0.5 }, "labelCol is 0.5"],
      [
        "a name without a header",
        "a.png,X",
        { header: false, fnCol: "file" },
        'fnCol is "file"',
        "without names",
      ],
      ["the wrong delimiter", "file;label\na.png;X", {}, "labelCol is 1", '"file;label"', "delimiter"],
      ["an empty label", "file,label\na.png,X\nb.png,", {}, "Row 3", '"label"'],
      ["an empty file name without a header", ",X", { header: false }, "Row 1", "column 0"],
      ["a row too short", "file,label\na.png", {}, "labels.csv", "line 2"],
      ["an open quote", 'file,label\n"a.png,X', {}, "labels.csv", "cannot be read"],
      ["no rows", "file,label\n", {}, "no rows below its header"],
      ["nothing", "", {}, "0 columns"],
      ["a missing image", "file,label\nc.png,X", {}, "c.png", "suffix"],
      ["a missing file", "", { csvLabels: "other.csv" }, "other.csv", "csvLabels"],
    ];
  for (const [what, text, options, ...parts] of bad) {
    it(`refuses ${what}`, () => refuses(() => labelFromCsv(csv(text), options), ...parts));
  }

  it("makes a bunch", async () => {
    const [from, root] = [smallSet(4, 1), temporaryFolder()];
    const rows = imageFiles(from).map((file, k) => {
      copyFileSync(file.path, path.join(root, `${k}.jpeg`));
      return `${k},${file.class}`;
    });
    writeFileSync(path.join(root, "labels.csv"), ["name,label", ...rows].join("\n"));
    const options = { size: 16, bs: 2, numWorkers: 0, suffix: ".jpeg", labelCol: "label", validPct: 0.3 };
    const data = await ImageDataBunch.fromCsv(root, options);
    assert.deepEqual([data.trainDs.length, data.validDs.length], [7, 3]);
    assert.deepEqual(data.classes, ["NORMAL", "PNEUMONIA"]);
  });
});
