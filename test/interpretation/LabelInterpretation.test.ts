import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { inspect } from "node:util";
import { describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";
import { LabelInterpretation } from "../../src/interpretation/LabelInterpretation.js";
import { near } from "../support/near.js";
import { refuses } from "../support/refuses.js";

/** Made by labelMeasures.py. */
const { classes, probs, targets, areas } = JSON.parse(
  readFileSync(path.join(projectRoot, "test", "statistics", "labelMeasures.json"), "utf8"),
) as { classes: string[]; probs: number[][]; targets: (number | null)[][]; areas: number[] };

const preds = {
  classes,
  probs: Float32Array.from(probs.flat()),
  targets: Float32Array.from(targets.flat(), (target) => target ?? NaN),
  set: "test",
};

describe("several labels, some of them not known", () => {
  const labels = LabelInterpretation.fromPredictions(preds);

  it("have scikit-learn's areas, each among the images of which it is known", () => {
    const measures = labels.measures();
    near(
      measures.map(({ auc }) => auc.value ?? NaN),
      areas,
      1e-12,
      "areas",
    );
    for (const [k, { positives, negatives, unknown }] of measures.entries()) {
      const own = targets.map((row) => row[k]);
      const count = (value: number | null): number => own.filter((target) => target === value).length;
      assert.deepEqual([positives, negatives, unknown], [count(1), count(0), count(null)]);
    }
    assert.match(inspect(measures), /Each label by itself, 60 test images[^]*not known[^]*mean/);
  });

  it("are two classes each, with all that is said of those", async () => {
    const mass = labels.of("Mass");
    assert.equal(labels.of("Mass"), mass);
    assert.equal(mass.binary().chooseThreshold({ recall: 0.9 }).positiveClass, "Mass");
    const evaluation = mass.preds;
    assert.deepEqual(evaluation.classes, ["no Mass", "Mass"]);
    assert.equal(evaluation.set, "test");
    await refuses(() => labels.of("Hernia"), '"Hernia"', "Effusion, Mass, Nodule");
  });

  it("are refused where there are none", async () => {
    const one = { probs: preds.probs, y: new Int32Array(60), classes } as never;
    await refuses(() => LabelInterpretation.fromPredictions(one), "getLabelPreds()");
  });
});
