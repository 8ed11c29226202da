import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { type ListedItem, cleanedCsv } from "../../../src/audit/page/browser/cleanedCsv.js";
import { marksOf, noMarks, setMark } from "../../../src/audit/page/browser/marks.js";
import { setDisplay, silentDisplay } from "../../../src/core/Display.js";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { imagesAt } from "../../support/folders.js";

const item = (
  file: string,
  name: string,
  set: ListedItem["set"] = "train",
  patient?: string,
): ListedItem => ({
  ...{ file, class: name, set },
  ...(patient !== undefined && { patient }),
});
const nothing = marksOf(noMarks);
const isWindows = process.platform === "win32";

setDisplay(silentDisplay);

describe("cleaned.csv", () => {
  it("lists what stays, with the classes that were given", () => {
    const items = [item("a.png", "A"), item("b.png", "B"), item("c.png", "B"), item("d.png", "A")];
    const history = setMark(setMark(noMarks, 1, { action: "delete" }), 2, { action: "relabel", class: "A" });
    const marks = marksOf(setMark(history, 3, { action: "keep" }));
    assert.equal(cleanedCsv(items, marks), "file,class\na.png,A\nc.png,A\nd.png,A\n");
  });

  it("has patients where any is known, and sets where there are several", () => {
    const items = [
      item("a.png", "A", "train", "p 1"),
      item("b.png", "B", "valid"),
      item("c.png", "B", "test", "2"),
    ];
    assert.equal(
      cleanedCsv(items, nothing),
      "file,class,patient,set\na.png,A,p 1,train\nb.png,B,b.png,valid\nc.png,B,2,test\n",
    );
  });

  it("has no sets where the images are in none", () => {
    const items = ["a.png", "b.png"].map((file) => ({ file, class: "A", patient: file }));
    assert.equal(cleanedCsv(items, nothing), "file,class,patient\na.png,A,a.png\nb.png,A,b.png\n");
  });

  it("is read back by fromCsv, whatever a file or a class is called", { skip: isWindows }, async () => {
    const names = [
      ...["plain.png", "with, comma.png", 'with "quotes".png', '"quoted".png', "it's.png", "two\nlines.png"],
      ...["=1+1.png", "+a.png", "-a.png", "@a.png", "#a.png", " blank before.png", "blank behind.png "],
      ...[
        "tab\there.png",
        "return\rhere.png",
        "\u00fcber.png",
        "U\u0308ber.png",
        "\u80ba.png",
        "\ud83e\udec1.png",
        "back\\slash.png",
      ],
      ...["semi;colon.png", "sep=;", "100%.png", "<b>&amp;.png", "\u00a0.png\u00a0", "..png", "NaN", "null"],
    ];
    const files = names.flatMap((name) => [`train/${name}`, `valid/A, "1"/${name}`]);
    const folder = await imagesAt(...files, ...names);
    const classes = ["=A", 'A, "1"', "two\nlines", "\u80ba;x"];
    const all = [...files, ...names];
    const items = all.map((file, k) =>
      item(
        file,
        classes[k % 4] ?? "",
        file.startsWith("valid/") ? "valid" : "train",
        `p,"${Math.floor(k / 2)}`,
      ),
    );
    let history = noMarks;
    for (const k of items.keys()) {
      if (k % 7 === 3) history = setMark(history, k, { action: "delete" });
      if (k % 7 === 5)
        history = setMark(history, k, { action: "relabel", class: classes[(k + 1) % 4] ?? "" });
    }
    await writeFile(path.join(folder, "cleaned.csv"), cleanedCsv(items, marksOf(history)));
    const data = await ImageDataBunch.fromCsv(folder, {
      ...{ csvLabels: "cleaned.csv", validCol: "set", patientCol: "patient", size: 8, bs: 4, numWorkers: 0 },
    });
    const read = (set: typeof data.trainDs) => set.items.map((each) => [each.path, set.classes[each.label]]);
    const expected = (set: string) =>
      items.flatMap((each, k) => {
        if (each.set !== set || k % 7 === 3) return [];
        return [[path.join(folder, each.file), classes[(k % 7 === 5 ? k + 1 : k) % 4]]];
      });
    assert.deepEqual(read(data.trainDs), expected("train"));
    assert.deepEqual(read(data.validDs), expected("valid"));
    assert.ok(expected("train").length > 40 && expected("valid").length > 20);
  });

  it("lists no image without a label, unless it is given one", () => {
    const one = (file: string, name: string) => ({ file, class: name, set: "train" as const });
    const items = [one("a.png", "A"), one("b.png", ""), one("c.png", "")];
    const marked = setMark(noMarks, 2, { action: "relabel", class: "A" });
    assert.equal(cleanedCsv(items, marksOf(marked)), "file,class\na.png,A\nc.png,A\n");
  });
});
