import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readSafetensors, writeSafetensors } from "../../src/engine/safetensors.js";
import { UserError } from "../../src/core/errors.js";
import { ClassificationInterpretation } from "../../src/interpretation/ClassificationInterpretation.js";
import { gradCam } from "../../src/interpretation/gradCam.js";
import { predictedClass, checkedThreshold, decisionInWords } from "../../src/statistics/DecisionThreshold.js";
import { loadLearner } from "../../src/training/inference/loadLearner.js";
import { tinyLearner, validPaths } from "../support/tinyLearner.js";

const classes = ["COVID", "NORMAL", "PNEUMONIA"];
const called = (probabilities: readonly number[], threshold: number, positiveClass = "PNEUMONIA"): string =>
  classes[predictedClass(Float32Array.from(probabilities), classes, { positiveClass, threshold })] ?? "";

describe("a decision threshold", () => {
  it("calls its class from its probability on, else the most probable other one", () => {
    assert.equal(called([0.5, 0.25, 0.25], 0.25), "PNEUMONIA");
    assert.equal(called([0.1, 0.2, 0.7], 0.75), "NORMAL");
    assert.equal(called([0.5, 0.25, 0.25], 0.5, "COVID"), "COVID");
    assert.equal(called([0.5, 0.3, 0.2], 0.6, "COVID"), "NORMAL");
    assert.equal(predictedClass(Float32Array.of(0.2, 0.5, 0.3), classes), 1);
  });

  it("is refused where it fits no class or is no probability, and says what it is", () => {
    const check = (positiveClass: string, threshold: number) => () =>
      checkedThreshold({ positiveClass, threshold }, classes);
    assert.throws(check("ill", 0.5), /one for "ill", and there is no such class[\s\S]*COVID, NORMAL/);
    for (const threshold of [NaN, -0.1, 1.1, Infinity]) {
      assert.throws(
        check("COVID", threshold),
        (error) => error instanceof UserError && error.message.includes("threshold is"),
      );
    }
    assert.equal(decisionInWords(["a", "b"], {}), "threshold 0.5");
    assert.equal(decisionInWords(classes, {}), "the most probable class");
    assert.equal(
      decisionInWords(classes, {
        threshold: { positiveClass: "COVID", threshold: 0.12345, rule: "a recall" },
      }),
      "threshold 0.123 for COVID, chosen for a recall",
    );
  });

  it("goes with an exported learner into predictions and heat maps", async () => {
    const learn = await tinyLearner();
    const preds = await learn.getPreds();
    const interp = ClassificationInterpretation.fromPredictions(preds).binary();
    // Between two images' probabilities: some are called, some are not, whatever the net is.
    const scores = [...interp.scored.scores].sort((a, b) => a - b);
    const threshold = ((scores[1] ?? NaN) + (scores[2] ?? NaN)) / 2;
    const chosen = { ...interp.chooseThreshold("youden"), threshold };
    assert.equal(chosen.positiveClass, "PNEUMONIA");
    const file = await learn.export("with-threshold", { threshold: chosen });
    const loaded = await loadLearner(file);
    // Nothing of the images that it was chosen on.
    assert.deepEqual(loaded.threshold, { positiveClass: "PNEUMONIA", threshold, rule: chosen.rule });
    const files = validPaths(learn);
    const names = (await loaded.getPreds(files)).map((one) => one.class);
    assert.deepEqual(
      names,
      Array.from(interp.scored.scores, (p) => (p >= threshold ? "PNEUMONIA" : "NORMAL")),
    );
    assert.equal(new Set(names).size, 2);
    for (const [i, image] of files.entries()) {
      assert.equal((await loaded.predict(image)).class, names[i]);
      assert.equal((await gradCam(loaded, image)).class, names[i]);
    }
    loaded.dispose();

    await assert.rejects(learn.export("no", { threshold: { ...chosen, positiveClass: "ill" } }), UserError);
    const { tensors, metadata } = await readSafetensors(file);
    const own = JSON.parse(metadata.learner ?? "") as Record<string, unknown>;
    for (const broken of [{ positiveClass: "PNEUMONIA", threshold: 2 }, "half", { threshold: 0.5 }]) {
      const learner = JSON.stringify({ ...own, threshold: broken });
      await writeSafetensors(file, [...tensors.values()], { ...metadata, learner });
      await assert.rejects(loadLearner(file), /is broken: learner\.threshold/);
    }
    learn.dispose();
  });
});
