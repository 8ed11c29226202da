import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { imageFiles } from "../../../src/data/labels/imageFolder.js";
import { labelFromCsv } from "../../../src/data/labels/labelFromCsv.js";
import { LeftOut } from "../../../src/data/labels/LeftOut.js";
import { refuses } from "../../support/refuses.js";
import { smallSet, temporaryFolder } from "../../support/folders.js";
import { collectTexts } from "../../support/collectTexts.js";

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
    ["CRLF, then LF", "file,label\r\na.png,X\nb.png,Y\n", {}],
    ["LF, then CRLF and CR", "file,label\na.png,X\r\nb.png,Y\r", {}],
    ["a label beside columns of 0 and 1", "file,label,sex,view\na.png,X,1,0\nb.png,Y,0,1", {}],
    ["quoted fields", '"file, of image",label\n"a.png","X"\nb.png,Y', { fnCol: "file, of image" }],
    [
      "columns by name",
      "id,kind,age,name\n1,X,30,a\n2,Y,40,b",
      { fnCol: "name", labelCol: "kind", suffix: ".png" },
    ],
    ["columns by place", "id,kind,name\n1,X,a.png\n2,Y,b.png", { fnCol: 2, labelCol: 1 }],
    ["no header, another delimiter", "a.png;X\nb.png;Y", { header: false, delimiter: ";" }],
    ["blanks round fields", 'file , label\n a.png, X\n"b.png ",\t"Y " ', { labelCol: "label" }],
    ["tabs round blanks", "file\tlabel\na.png\t X\n b.png \tY", { delimiter: "\t" }],
    ["Excel's line with the delimiter", "sep=;\r\nfile;label\r\na.png;X\r\nb.png;Y\r\n", {}],
    ["comments above the header", "# made by a, program\n#\n\nfile,label\na.png,X\nb.png,Y", {}],
    ["a header with the sign of a comment", "#file,label\na.png,X\nb.png,Y", {}],
    ["two columns of one name that are not used", "file,label,n,n\na.png,X,1,2\nb.png,Y,1,2", {}],
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
      [
        "one column for both",
        "file,label\na.png,X",
        { labelCol: "file" },
        "fnCol and labelCol are one column",
      ],
      ["a negative place", "file,label\na.png,X", { fnCol: -1 }, "fnCol is -1"],
      ["a fraction of a place", "file,label\na.png,X", { labelCol: 0.5 }, "labelCol is 0.5"],
      [
        "a name without a header",
        "a.png,X",
        { header: false, fnCol: "file" },
        'fnCol is "file"',
        "without names",
      ],
      ["semicolons", "file;label\na.png;X", {}, "by semicolons", 'delimiter: ";"'],
      ["semicolons with commas in their fields", "file;label;a, b\na.png;X;1,5", {}, 'delimiter: ";"'],
      ["tabs", "file\tlabel\na.png\tX", {}, "by tabs", 'delimiter: "\\t"'],
      ["bars", "file|label\na.png|X", {}, "by bars", 'delimiter: "|"'],
      ["a wrong delimiter", "file;label\na.png;X", { delimiter: "," }, "labelCol is 1", '"file;label"'],
      ["a header that is none", "a.png,X\nb.png,Y", {}, "a.png", "no header", "header: false"],
      [
        "a name that two columns have",
        "file,label,label\na.png,X,Y",
        { labelCol: "label" },
        'labelCol is "label"',
        "several columns",
        "place",
      ],
      ["a label of blanks", "file,label\na.png,X\nb.png, \u00a0 ", {}, "Row 3", '"label"'],
      ["a name that no file can have", `file,label\n${"x".repeat(5000)},X`, {}, "1 of 1 files", "suffix"],
      ["an encoding that is none", "file,label\na.png,X", { encoding: "ansi-ish" }, '"ansi-ish"'],
      ["an empty label", "file,label\na.png,X\nb.png,", {}, "Row 3", '"label"'],
      ["a row below others", '# by hand\n\nfile,label\n\n"a.png","X\nY"\n  \nb.png,', {}, "Row 7 of"],
      ["a line below comments", "# by hand\n#\nfile,label\na.png,X\nb.png,Y,Z", {}, "on line 5"],
      ...["NaN", "?", "N/A", "#N/A", "null", "na", "-nan", "<NA>"].map(
        (word): [string, string, object, ...string[]] => [
          `${word} as a label`,
          `file,label\na.png,X\nb.png,${word}`,
          {},
          ...["Row 3", JSON.stringify(word), "missing value", '"label"'],
        ],
      ),
      [
        "one column for each class",
        "file,A,B,C\na.png,1,0,0\nb.png,0,1.0,0",
        {},
        "3 columns",
        "A, B, C",
        "labelCol",
      ],
      [
        "a patient in the label's place",
        "file,patient,label\na.png,P1,X\nb.png,P2,Y",
        {},
        '"patient"',
        'labelCol: "label"',
      ],
      [
        "an age in the label's place",
        "file,age,Finding Labels\na.png,31,X\nb.png,32,Y",
        {},
        'labelCol: "Finding Labels"',
      ],
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

  it("reads UTF-16 by its mark, and any encoding that is said", () => {
    const root = csv("");
    const labels = (bytes: Buffer, options: Parameters<typeof labelFromCsv>[1] = {}): string[] => {
      writeFileSync(path.join(root, "labels.csv"), bytes);
      return labelFromCsv(root, options).map((file) => file.class);
    };
    const [commas, tabs] = ["file,label\na.png,Entz\u00fcndung", "\ufefffile\tlabel\na.png\tEntz\u00fcndung"];
    const little = Buffer.from(tabs, "utf16le");
    const expected = ["Entz\u00fcndung"];
    assert.deepEqual(labels(little, { delimiter: "\t" }), expected);
    assert.deepEqual(labels(Buffer.from(little).swap16(), { delimiter: "\t" }), expected);
    assert.deepEqual(labels(Buffer.from(commas, "latin1"), { encoding: "windows-1252" }), expected);
    assert.deepEqual(labels(Buffer.from(commas, "utf16le"), { encoding: "utf-16le" }), expected);
    assert.deepEqual(labels(Buffer.from(commas.normalize("NFD"))), expected);
  });

  const noText: [what: string, bytes: Buffer, ...parts: string[]][] = [
    [
      "Windows-1252",
      Buffer.from("file,label\na.png,X\nb.png,Entz\u00fcndung\n", "latin1"),
      ...["Line 3", "UTF-8", 'encoding: "windows-1252"'],
    ],
    ["UTF-16 without a mark", Buffer.from("file,label\na.png,X", "utf16le"), "Line 1", "NUL", "utf-16le"],
    ["a NUL byte", Buffer.from("file,label\na.png,X\nb\0.png,Y"), "Line 3", "NUL"],
    ["UTF-16 cut in half", Buffer.from("\ufefffile,label", "utf16le").subarray(0, 9), "UTF-16LE"],
    ["a workbook", Buffer.from("PK\x03\x04\x14\0"), ".xlsx", "CSV UTF-8"],
    ["an old workbook", Buffer.from("\xd0\xcf\x11\xe0\xa1\xb1", "latin1"), ".xls", "CSV UTF-8"],
    [
      "a page of HTML",
      Buffer.from("\n<!DOCTYPE html>\n<html><body>404, not found</body></html>"),
      "HTML",
      "server",
    ],
    ["JSON", Buffer.from('[{"name":"0.png"}]'), "JSON"],
    [
      "a pointer of Git LFS",
      Buffer.from("version https://git-lfs.github.com/spec/v1\noid sha256:4d\n"),
      "git lfs pull",
    ],
    ["gzip", Buffer.from("\x1f\x8b\x08\0", "latin1"), "gzip"],
  ];
  for (const [what, bytes, ...parts] of noText) {
    it(`refuses ${what} in words`, async () => {
      const root = csv("");
      writeFileSync(path.join(root, "labels.csv"), bytes);
      await refuses(() => labelFromCsv(root, {}), path.join(root, "labels.csv"), ...parts);
    });
  }

  const columns: [header: string, cells: string[], said: RegExp | ""][] = [
    [
      "is_valid",
      ["True", "False"],
      /^Warning: the column "is_valid" of .* \(False, True\) is ignored: chance .*validCol: "is_valid"\.$/,
    ],
    ["Dataset Type", ["TRAIN", "TEST"], /"Dataset Type"/],
    ["isValid", ["0", "1"], /"isValid"/],
    ["fold", ["1", "2"], /"fold"/],
    ["split", ["train", "train"], ""],
    ["view", ["train", "valid"], ""],
  ];
  for (const [header, cells, expected] of columns) {
    it(`${expected === "" ? "is silent on" : "tells"} a column ${header} of ${cells.join(", ")}`, async () => {
      const root = csv(`file,label,${header}\na.png,X,${cells[0] ?? ""}\nb.png,Y,${cells[1] ?? ""}`);
      const said = await collectTexts(() => void labelFromCsv(root, {}));
      if (expected === "") assert.deepEqual(said, []);
      else assert.match(said.join("\n"), expected);
    });
  }

  it("takes a name in the form that the disk has", () => {
    const root = csv("file,label\nR\u00f6ntgen.png,X");
    const onDisk = path.join(root, "Ro\u0308ntgen.png");
    writeFileSync(onDisk, "");
    assert.deepEqual(labelFromCsv(root, {}), [{ path: onDisk, class: "X" }]);
  });

  it("tells which images are not listed, but for those of the test set", () => {
    const root = csv("file,label\na.png,X");
    writeFileSync(path.join(root, "c.png"), "");
    const leftOut = new LeftOut();
    labelFromCsv(root, {}, leftOut, new Set([path.join(root, "c.png")]));
    assert.equal(
      leftOut.inWords(root),
      `Left out 1 file below ${root}: 1 image that the list does not name (such as b.png).`,
    );
  });

  it("makes a bunch", async () => {
    const [from, root] = [smallSet(4, 1), temporaryFolder()];
    const rows = imageFiles(from).map((file, k) => {
      copyFileSync(file, path.join(root, `${k}.jpeg`));
      return `${k},${path.basename(path.dirname(file))}`;
    });
    writeFileSync(path.join(root, "labels.csv"), ["name,label", ...rows].join("\n"));
    const options = { size: 16, bs: 2, numWorkers: 0, suffix: ".jpeg", labelCol: "label", validPct: 0.3 };
    const data = await ImageDataBunch.fromCsv(root, options);
    assert.deepEqual([data.trainDs.length, data.validDs.length], [7, 3]);
    assert.deepEqual(data.classes, ["NORMAL", "PNEUMONIA"]);
  });
});
