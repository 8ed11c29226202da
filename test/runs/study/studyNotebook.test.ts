import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { StudyData } from "../../../src/runs/study/StudyData.js";
import { studyNotebook } from "../../../src/runs/study/studyNotebook.js";

interface Notebook {
  readonly cells: readonly { readonly id: string; readonly source: readonly string[] }[];
}

/** The cells of a study's notebook by their ids. */
async function cellsOf(
  data?: StudyData,
  title = "a, b: the images in the folder c",
): Promise<Map<string, string>> {
  const { cells } = JSON.parse(await studyNotebook(title, data)) as Notebook;
  return new Map(cells.map(({ id, source }) => [id, source.join("")]));
}

describe("the notebook of a study", () => {
  const studies: readonly (readonly [what: string, data: StudyData, call: string, words: RegExp])[] = [
    [
      "a folder for each class",
      { validPct: 0.25, groupBy: "/(cat\\d+)_/" },
      "fromFolder(dataDir, { ...parameters, groupBy: /(cat\\d+)_/, validPct: 0.25, stratify: true,",
      /^## Data\n\nEach folder is named after[^]*25% of the images[^]*the pattern `\/\(cat\\d\+\)_\/` finds the same text/,
    ],
    [
      "given folders, not all of which are read",
      { train: "train", valid: "test", exclude: ["masks", "/_mask/"], classFolder: "top" },
      'train: "train", valid: "test", classFolder: "top", exclude: ["masks", /_mask/], dsTfms',
      /two folders, `train` to train with and `test` to judge with[^]*as they were given[^]*stand for itself/,
    ],
    [
      "a table with patients and a split",
      { csvLabels: "/data/meta.csv", labelCol: 2, validCol: "split", groupBy: "patient_id", header: false },
      'fromCsv(dataDir, { ...parameters, csvLabels: "/data/meta.csv", labelCol: 2, validCol: "split", header: false, patientCol: "patient_id",',
      /The table `meta\.csv`[^]*The column `split` says which images train and which judge[^]*column `patient_id` belong together/,
    ],
    [
      "DICOM files in a table",
      { csvLabels: "labels.csv", groupBy: "dicom", validPct: 0.2, onBadImage: "skip" },
      "groupBy: dicomPatient, validPct: 0.2, stratify: true,",
      /Images whose DICOM headers name the same patient belong together\. They train together or judge together/,
    ],
    [
      "a list of files",
      { fnames: "/data/list.txt", validPct: 0.2 },
      "fromNameRe(dataDir, fnames, /([^/]+)\\/[^/]+$/, {",
      /The list `list\.txt` names the images\. The class of an image is what the first group/,
    ],
  ];
  for (const [what, data, call, words] of studies) {
    it(`of ${what} has the call that a person would write, and says it in words`, async () => {
      const cells = await cellsOf(data);
      const code = (cells.get("bunch") ?? "").replace(/\s+/g, " ");
      assert.ok(code.includes(call), code);
      assert.match(cells.get("data") ?? "", words);
      assert.equal(cells.get("title"), "# a, b: the images in the folder c");
      assert.equal((cells.get("imports") ?? "").includes("dicomPatient"), data.groupBy === "dicom");
      assert.equal(/dataset: \{.*"test"/.test(cells.get("metrics") ?? ""), data.valid === "test");
      const all = [...cells.values()].join("\n");
      assert.doesNotMatch(all, /kermany|pneumonia|\bnormal\b|article|\bx-?rays\b|\bchest\b/i);
    });
  }

  it("of images that are still to come is the template, with a title that Markdown takes as it is", async () => {
    const cells = await cellsOf(undefined, 'my "first" *study*');
    assert.equal(cells.get("title"), '# my "first" \\*study\\*');
    assert.match(cells.get("bunch") ?? "", /validPct: 0\.2, stratify: true/);
  });
});
