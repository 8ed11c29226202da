import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Figure, setDisplay, silentDisplay, type Table } from "../../src/core/Display.js";
import { ClassificationInterpretation } from "../../src/interpretation/ClassificationInterpretation.js";
import { aucInterval } from "../../src/statistics/deLong.js";
import { crossEntropyOfProbabilities } from "../../src/statistics/crossEntropy.js";
import { Random } from "../../src/core/Random.js";

/** Predictions of images of two each a patient. */
function interpreted(classes: readonly string[], patients = true): ClassificationInterpretation {
  const random = new Random(4, 0);
  const n = 120;
  const y = Int32Array.from({ length: n }, (_, i) => Math.floor(i / 2) % classes.length);
  const logits = Array.from(y, (label) =>
    classes.map((_, k) => random.normal() + (k === label ? 1.5 : 0)).map(Math.exp),
  );
  const probs = Float32Array.from(
    logits.flatMap((row) => row.map((each) => each / row.reduce((sum, other) => sum + other, 0))),
  );
  return ClassificationInterpretation.fromPredictions({
    ...{ classes, y, probs, losses: crossEntropyOfProbabilities(probs, y), set: "test" },
    ...(patients && { patients: Int32Array.from(y, (_, i) => Math.floor(i / 2)) }),
  });
}

async function shown(work: () => Promise<void>) {
  const found = {
    headings: [] as string[],
    texts: [] as string[],
    tables: [] as Table[],
    figures: [] as Figure[],
  };
  const previous = setDisplay({
    ...silentDisplay,
    markdown: (text) => void found.headings.push(text),
    text: (text) => void found.texts.push(text),
    table: (table) => void found.tables.push(table),
    figure: (figure) => Promise.resolve(void found.figures.push(figure)),
  });
  try {
    await work();
  } finally {
    setDisplay(previous);
  }
  return found;
}

describe("the core set of measures", () => {
  const interp = interpreted(["cat", "dog"]);

  it("has intervals by patient where patients are known", () => {
    const evaluation = interp.evaluation();
    assert.ok("auc" in evaluation);
    assert.equal(evaluation.patients, 60);
    const { scored } = interp.binary();
    const { auc, logitInterval } = aucInterval(scored, interp.preds.patients);
    assert.deepEqual(
      [evaluation.auc.value, evaluation.auc.low, evaluation.auc.high],
      [auc, ...logitInterval],
    );
    assert.equal(evaluation.sensitivity.value, interp.recall().value);
    assert.ok(evaluation.sensitivity.designEffect !== null && evaluation.sensitivity.designEffect >= 1);
    const unknown = interpreted(["cat", "dog"], false).evaluation();
    assert.equal(unknown.patients, null);
  });

  it("takes a threshold for the class that it was chosen for", () => {
    const high = interp.evaluation({ threshold: 0.9, positiveClass: "dog" });
    const cats = interp.evaluation({ threshold: 0.9, positiveClass: "cat" });
    assert.ok("auc" in high && "auc" in cats);
    assert.equal(high.sensitivity.value, interp.binary().counts({ threshold: 0.9 }).tp / 60);
    assert.equal(
      cats.sensitivity.value,
      interp.binary({ positive: "cat" }).counts({ threshold: 0.9 }).tp / 60,
    );
  });

  it("calls even chances as the confusion matrix does", () => {
    const even = (classes: readonly string[]) =>
      ClassificationInterpretation.fromPredictions({
        ...{ classes, y: Int32Array.of(0, 1, 1, 0) },
        ...{ probs: new Float32Array(4 * classes.length).fill(1 / classes.length) },
        losses: new Float32Array(4),
      });
    for (const positiveClass of ["cat", "dog"]) {
      const of = even(["cat", "dog"]);
      const evaluation = of.evaluation({ positiveClass });
      assert.ok("auc" in evaluation);
      assert.equal(evaluation.sensitivity.value, of.recall(positiveClass).value);
      assert.equal(evaluation.specificity.value, of.specificity(positiveClass).value);
      assert.equal(evaluation.threshold, 0.5);
    }
    const three = even(["cat", "dog", "horse"]);
    const cats = three.evaluation({ positiveClass: "cat" });
    assert.ok("auc" in cats);
    assert.deepEqual([cats.sensitivity.value, cats.threshold], [three.recall("cat").value, null]);
  });

  it("is shown in the order of what can be relied on", async () => {
    const { headings, texts, tables, figures } = await shown(() => interp.showEvaluation());
    assert.deepEqual(headings, [
      "**Images**",
      "**Discrimination**",
      "**Calibration**",
      "**Net benefit**",
      "**Distribution of the probabilities**",
      "**At the threshold 0.5**",
      "**Thresholds with a promise**",
    ]);
    assert.match(texts[0] ?? "", /^120 images of 60 patients, 60 of them positive \(dog\)/);
    assert.equal(figures.length, 3);
    const rows = tables.flatMap((table) => table.rows.map(([name]) => name));
    assert.ok(rows.indexOf("specificity") < rows.indexOf("accuracy"));
  });

  it("of several classes has each of them, and their means", async () => {
    const several = interpreted(["cat", "dog", "horse"]);
    const evaluation = several.evaluation();
    assert.ok("classes" in evaluation);
    assert.deepEqual(Object.keys(evaluation.classes), ["cat", "dog", "horse"]);
    const { headings } = await shown(() => several.showEvaluation({ prevalence: 0.1 }));
    assert.ok(headings.includes("**dog: At a prevalence of 10%**"));
    assert.ok(headings.includes("**dog: Thresholds with a promise**"));
    assert.deepEqual(headings.slice(0, 3), [
      "**Images**",
      "**Means over the classes**",
      "**Each class against the rest**",
    ]);
  });
});
