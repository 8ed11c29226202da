import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";
import { findLabelIssues } from "../../src/statistics/findLabelIssues.js";
import { refuses } from "../support/refuses.js";

interface Found {
  readonly y: readonly number[];
  readonly probs: readonly (readonly number[])[];
  readonly thresholds: readonly number[];
  readonly confidentJoint: readonly (readonly number[])[];
  readonly pruneByNoiseRate: readonly number[];
  readonly confidentLearning: readonly number[];
}

// Made by labelIssues.py.
const file = path.join(projectRoot, "test", "statistics", "labelIssues.json");
const cases = Object.entries(JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, Found>>);

describe("label issues beside cleanlab", () => {
  for (const [name, found] of cases) {
    it(name, () => {
      const c = found.thresholds.length;
      const classes = Array.from({ length: c }, (_, k) => `class ${k}`);
      const preds = { probs: found.probs.flat(), y: Int32Array.from(found.y), classes };
      for (const filterBy of ["pruneByNoiseRate", "confidentLearning"] as const) {
        const { thresholds, confidentJoint, issues } = findLabelIssues(preds, { filterBy });
        thresholds.forEach((threshold, k) => {
          assert.ok(Math.abs((threshold ?? NaN) - (found.thresholds[k] ?? NaN)) < 1e-9, `threshold ${k}`);
        });
        assert.deepEqual(confidentJoint, found.confidentJoint);
        const own = (i: number) => found.probs[i]?.[found.y[i] ?? NaN] ?? NaN;
        const indices = issues.map(({ index }) => index);
        assert.deepEqual(new Set(indices), new Set(found[filterBy]), filterBy);
        // Which of equals comes first is chance in cleanlab.
        assert.deepEqual(indices.map(own), found[filterBy].map(own));
        for (const { index, given, predicted, selfConfidence } of issues) {
          const row = found.probs[index] ?? [];
          assert.equal(given, classes[found.y[index] ?? NaN]);
          assert.equal(predicted, classes[row.indexOf(Math.max(...row))]);
          assert.equal(selfConfidence, own(index));
        }
      }
    });
  }

  it("of a class that no item is labelled as: none is surely of it", () => {
    const probs = [0.9, 0.1, 0, 0.2, 0.8, 0, 0.1, 0.1, 0.8, 0.05, 0.95, 0];
    const { thresholds, issues } = findLabelIssues({
      ...{ probs, y: Int32Array.of(0, 1, 1, 0), classes: ["a", "b", "c"] },
    });
    assert.equal(thresholds[2], null);
    assert.deepEqual(
      issues.map(({ index, predicted }) => [index, predicted]),
      [[3, "b"]],
    );
  });

  it("refuses what has no labels, and filters that there are not", async () => {
    const preds = { probs: [0.9, 0.1], classes: ["a", "b"] };
    await refuses(() => findLabelIssues({ ...preds, y: Int32Array.of(-1) }), "no labels");
    await refuses(
      () => findLabelIssues({ ...preds, y: Int32Array.of(7) }),
      "the label 7; there are 2 classes",
    );
    await refuses(
      () => findLabelIssues({ ...preds, y: Int32Array.of(0, 1) }),
      "2 probabilities for 2 items of 2",
    );
    await refuses(() => findLabelIssues({ ...preds, probs: [], y: Int32Array.of() }), "0 items");
    for (const wrong of [NaN, 5, -0.1]) {
      const probs = [0.9, wrong];
      await refuses(
        () => findLabelIssues({ ...preds, probs, y: Int32Array.of(0) }),
        `for class 1 is ${wrong}`,
      );
    }
    await refuses(
      () => findLabelIssues({ ...preds, y: Int32Array.of(0) }, { filterBy: "both" as never }),
      'filterBy is "both"',
      "confidentLearning",
    );
  });
});
