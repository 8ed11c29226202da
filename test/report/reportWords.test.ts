import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { aboutRun } from "../../src/report/aboutRun.js";
import { reportMarkdown } from "../../src/report/reportMarkdown.js";
import { reportSummary } from "../../src/report/reportSummary.js";
import type { RunMetrics } from "../../src/runs/RunMetrics.js";
import { catsAndDogs, metrics } from "../support/runFiles.js";

/** All that the program itself says of a run: the head and the foot of report.html, and report.md. */
const wordsOf = (run: RunMetrics): string =>
  [
    ...reportSummary(run, "a-run").facts,
    reportMarkdown(run, { title: "cat, dog: the images in the folder pets", about: aboutRun(run) }),
  ].join("\n");

describe("what reports say of a run", () => {
  it("names no patients and no medicine where the images may be of anything", () => {
    const words = wordsOf(metrics);
    assert.doesNotMatch(words, /medical|patient|lesson|article|x-ray/i);
    assert.match(
      words,
      /take the test images as independent: which of them show the same person or thing is not known/,
    );
    const groups = wordsOf({ ...metrics, patients: 5, groupNoun: "group" });
    assert.doesNotMatch(groups, /medical|patient/i);
    assert.match(groups, /\*\*Groups\*\*: there are 8 test images of 5 groups/);
  });

  it("says that it is no medical device where patients are told, or nothing is known of the images", () => {
    const facts = /Not a medical device\.[^]*\*\*Use\*\*: Not a medical device\./;
    assert.match(wordsOf({ ...metrics, patients: 5 }), facts);
    assert.match(wordsOf({ ...metrics, dataset: "real" }), /Not a medical device/);
    const lesson = { ...catsAndDogs(), source: "phantom" as const };
    assert.match(
      wordsOf({ ...metrics, dataset: lesson }),
      /\*\*Use\*\*: A lesson in [^\n]*\. Not a medical device\./,
    );
  });

  it("repeats before the numbers what loading the images has warned of", () => {
    const warning =
      "3 of the 5 patients in validation are also in training: the error rate looks better than it is.";
    const run = { ...metrics, patients: 5, warnings: [warning, "2 * 2 images are copies."] };
    assert.ok(reportSummary(run, "a-run").facts.includes(`Warning: ${warning}`));
    const text = reportMarkdown(run, { title: "t", about: [] });
    assert.ok(text.startsWith(`# t\n\nWarning: ${warning}\n\nWarning: 2 \\* 2 images are copies.\n\n`), text);
    assert.ok(text.indexOf("Warning") < text.indexOf("| measure |"));
  });
});
