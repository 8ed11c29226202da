import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { evaluateFile, type EvaluateFileOptions } from "../../src/runs/evaluateFile.js";
import type { Evaluation } from "../../src/statistics/evaluateScores.js";
import { temporaryFolder } from "../support/folders.js";
import { printed } from "../support/printed.js";
import { refuses } from "../support/refuses.js";
import { predictionsOf, writeRun } from "../support/runFiles.js";

const write = (text: string, name = "scores.csv"): string => {
  const file = path.join(temporaryFolder(), name);
  writeFileSync(file, text);
  return file;
};

const evaluation = async (file: string, options: EvaluateFileOptions = {}): Promise<Evaluation> => {
  const found = (await evaluateFile(file, options)).evaluation;
  assert.ok("auc" in found);
  return found;
};

describe("tables as people write them", () => {
  const plain = "y,score,patient\n1,0.9,a\n1,0.4,a\n0,0.5,b\n0,0.1,c\n";
  const same: [what: string, text: string, options?: EvaluateFileOptions][] = [
    ["names in capitals", plain.replace("y,score,patient", "Y,Score,PATIENT")],
    ["a column of patients' identifiers", plain.replace("patient", "PatientID")],
    ["a comment with other fields above the header", `# a model, of today\n${plain}`],
    ["numpy's header", `# made today\n# ${plain}`],
    ["empty lines", plain.replaceAll("\n", "\n\n  \n")],
    ["numbers with decimals for the class", plain.replace(/^([01]),/gm, "$1.0,")],
    ["words for the class", plain.replace(/^1,/gm, "True,").replace(/^0,/gm, "false,")],
    [
      "a number as positive that is written otherwise",
      plain.replace(/^([01]),/gm, "$1.0,"),
      { positive: "1" },
    ],
    [
      "whole numbers for patients, all with decimals",
      plain.replace(/,([abc])$/gm, (_, each: string) => `,${each.charCodeAt(0)}.0`),
    ],
    ["two columns that may name the image", "image,path,".concat(plain.replace(/\n(?=.)/g, "\nsame,same,"))],
  ];
  for (const [what, text, options] of same) {
    it(`takes ${what}`, async () => {
      assert.deepEqual(await evaluation(write(text), options), await evaluation(write(plain)));
    });
  }

  const bad: [what: string, text: string, options: EvaluateFileOptions, ...parts: string[]][] = [
    [
      "a patient in two ways of one number",
      "y,score,patient\n1,0.9,7\n0,0.2,07",
      {},
      "Row 3",
      '"07"',
      'Row 2 has "7"',
    ],
    ["a patient with other blanks", "y,score,patient\n1,0.9,a b\n\n0,0.2,a  b", {}, "Row 4", "in one way"],
    ["a patient whom a spreadsheet shortened", "y,score,patient\n1,0.9,1.23E+12", {}, "Row 2", "last digits"],
    [
      "a patient who is not known",
      "y,score,patient\n1,0.9,a\n0,0.1,NA",
      {},
      "Row 3",
      '"NA" in column "patient"',
    ],
    [
      "a class that is not known",
      "y,score\nsick,0.9\nNA,0.1",
      { positive: "sick" },
      "Row 3",
      '"NA" in column "y"',
    ],
    [
      "a positive class in two ways",
      "y,score\nsick,0.9\nSick,0.1",
      { positive: "sick" },
      "Row 3",
      "in one way",
    ],
    ["a number that is none of ten digits", "y,score\n1,0x1", {}, "Row 2", '"0x1" in column "score"'],
    ["classes of 1 and -1", "y,score\n-1,0.9\n1,0.1", {}, "Row 2 of", '--positive "1"'],
    ["classes of names", "y,score\nTUMOUR,0.9\nNORMAL,0.1", {}, '--positive "TUMOUR"'],
    ["names that differ in capitals alone", "Y,y ,Score\n1,1,0.2", { y: "yy" }, 'no column "yy"'],
    ["two columns of one name", "y,score,SCORE\n1,0.2,0.3", { score: "Score" }, '"score", "SCORE"'],
    [
      "an image twice in the column that is named",
      "y,score,f\n1,1,a\n0,0,a",
      { image: "f" },
      "Row 3",
      "row 2",
    ],
    ["a row below comments and empty lines", "#,,,\n\ny,score\n\n1,0.2\n\n1,x", {}, "Row 7 of", '"x"'],
  ];
  for (const [what, text, options, ...parts] of bad) {
    it(`refuses ${what}`, () => refuses(evaluateFile(write(text), options), ...parts));
  }

  it("says that a threshold of probabilities was taken for other scores", async () => {
    const logits = write("y,score,second\n1,2.5,0.9\n0,-1,0.1\n1,0.2,0.6\n0,0.7,0.2");
    const found = await evaluation(logits);
    assert.equal(found.threshold, 0.5);
    for (const measure of [found.sensitivity, found.accuracy, found.comparison?.errorDifference]) {
      assert.match(measure?.note ?? "", /the scores are no probabilities/);
    }
    const { sensitivity, comparison } = await evaluation(logits, { threshold: 0.1 });
    assert.deepEqual([sensitivity.note, comparison?.errorDifference.note], [undefined, undefined]);
  });
});

describe("two files", () => {
  const first = "file,y,score,patient\na.png,1,0.9,p\nb.png,1,0.4,p\nc.png,0,0.5,q\nd.png,0,0.1,r\n";
  // The same four images in another order, each with a score of its own.
  const second =
    "y,prob,path\n0,0.3,test\\x\\d.png\n1,0.8,./test/x/a.png\n0,0.6,test/x/c.png\n1,0.7,test/x/b.png\n";
  const inOrder = "y,score\n1,0.8\n1,0.7\n0,0.6\n0,0.3\n";

  it("are paired by name where both name the images, in whatever order and folder", async () => {
    const a = write(first);
    const b = write(second, "b.csv");
    await refuses(evaluateFile(a, { against: b, score: "prob" }), 'scores.csv has no column "prob"');
    const found = await evaluateFile(b, { against: a, score: "prob" });
    assert.equal(found.pairedBy, "name");
    const one = write("y,score,second,patient\n0,0.3,0.1,r\n1,0.8,0.9,p\n0,0.6,0.5,q\n1,0.7,0.4,p\n");
    assert.ok("comparison" in found.evaluation && found.evaluation.patients === 3);
    assert.deepEqual(found.evaluation.comparison, (await evaluation(one)).comparison);
    assert.match(await printed(b, { against: a, score: "prob" }), /Images were paired by their names/);
  });

  it("are paired in their order where not both name the images, and say so", async () => {
    const [a, b] = [write(first), write(inOrder, "b.csv")];
    const out = temporaryFolder();
    assert.match(await printed(a, { against: b, out }), /paired in the order of the two files/);
    const json = JSON.parse(readFileSync(path.join(out, "evaluation.json"), "utf8")) as { pairedBy: string };
    assert.equal(json.pairedBy, "order");
    const turned = write("y,score\n1,0.8\n\n0,0.7\n1,0.6\n0,0.3\n", "c.csv");
    await refuses(evaluateFile(a, { against: turned }), "another class in rows 3 and 4", "--image NAME");
    await refuses(evaluateFile(a, { against: b, image: "file" }), 'no column "file" that names the images');
  });

  it("are refused where they name other images, or say another class or patient of one", async () => {
    const a = write(first);
    const beside = (text: string) => evaluateFile(a, { against: write(text, "b.csv") });
    await refuses(
      beside(first.replace("a.png", "e.png")),
      "1 of 4 are only in the first, such as a.png",
      "--no-image",
    );
    await refuses(beside(first.replace("c.png,0", "c.png,1")), "another class for c.png");
    await refuses(beside(first.replace(",q", ",r")), "another patient for d.png");
    await refuses(evaluateFile(a, { against: write(first, "b.csv"), patient: "nix" }), 'has no column "nix"');
  });

  it("are paired by name where one is a run", async () => {
    const scores = [0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9, 0.55];
    const stored = predictionsOf(scores);
    const run = await writeRun(path.join(temporaryFolder(), "run"), stored);
    const rows = stored.paths.map((name, i) => `${path.basename(name)},${i < 4 ? 0 : 1},${scores[i] ?? ""}`);
    const table = write(["image,y,score", ...rows.reverse()].join("\n"));
    const found = await evaluateFile(run, { against: table });
    assert.ok("comparison" in found.evaluation && found.pairedBy === "name");
    const { aucDifference, onlyFirst, onlySecond } = found.evaluation.comparison ?? {};
    assert.deepEqual([aucDifference?.value, onlyFirst, onlySecond], [0, 0, 0]);
  });
});
