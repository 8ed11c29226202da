import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot } from "../../../src/core/environment.js";
import { readSafetensors, writeSafetensors } from "../../../src/engine/safetensors.js";
import { gradCam } from "../../../src/interpretation/gradCam.js";
import { atTemperature } from "../../../src/statistics/calibration.js";
import { type ConformalSets, conformalSet } from "../../../src/statistics/conformalSets.js";
import { answerOf } from "../../../src/training/inference/Prediction.js";
import { loadLearner } from "../../../src/training/inference/loadLearner.js";
import { near } from "../../support/near.js";
import { refuses } from "../../support/refuses.js";
import { tinyLearner, validPaths } from "../../support/tinyLearner.js";

const sets = (limits: readonly (number | null)[]): ConformalSets => ({
  ...{ level: 0.95, classes: ["NORMAL", "PNEUMONIA"], units: [60, 60] },
  limits,
});

describe("an exported net's temperature, threshold and conformal sets", () => {
  it("decide in every way to ask it: predict, getPreds, gradCam and the command line", async () => {
    const learn = await tinyLearner();
    const temperature = 0.7;
    const preds = atTemperature(await learn.getPreds(), temperature);
    const ill = Array.from(validPaths(learn), (_, i) => preds.probs[2 * i + 1] ?? NaN);
    const sorted = [...ill].sort((a, b) => a - b);
    const middle = ((sorted[2] ?? NaN) + (sorted[3] ?? NaN)) / 2;
    const threshold = { positiveClass: "PNEUMONIA", threshold: middle };
    // PNEUMONIA is possible from the second lowest probability on, NORMAL up to the second highest.
    const conformalSets = sets([(sorted[4] ?? NaN) + 1e-6, 1 - (sorted[1] ?? NaN) + 1e-6]);
    const file = await learn.export("export", { temperature, threshold, conformalSets });
    const loaded = await loadLearner(file);
    const many = await loaded.getPreds(validPaths(learn));
    const program = `require(${JSON.stringify(path.join(projectRoot, "dist/src/cli.js"))}).main(process.argv)`;
    const printed = execFileSync(
      process.execPath,
      ["-e", program, "xray", "predict", ...validPaths(learn), "--model", file, "--json"],
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
    );
    const told = JSON.parse(printed) as {
      class: string;
      probability: number;
      possible: string[];
      uncertain: boolean;
    }[];
    const answers = new Set<string>();
    for (const [i, image] of validPaths(learn).entries()) {
      const one = await loaded.predict(image);
      near(one.probabilities, [1 - (ill[i] ?? NaN), ill[i] ?? NaN], 1e-5, image);
      assert.equal(one.class, (ill[i] ?? NaN) >= middle ? "PNEUMONIA" : "NORMAL");
      assert.deepEqual(
        one.possible,
        conformalSet(one.probabilities, conformalSets).map((k) => conformalSets.classes[k]),
      );
      assert.equal(one.uncertain, one.possible.length !== 1);
      const { prediction } = await gradCam(loaded, image);
      for (const other of [prediction, many[i], told[i]]) {
        assert.deepEqual(
          [other?.class, other?.possible, other?.uncertain],
          [one.class, one.possible, one.uncertain],
        );
      }
      near(prediction.probabilities, one.probabilities, 1e-5, "Grad-CAM");
      near([told[i]?.probability ?? NaN], [one.probabilities[one.label] ?? NaN], 1e-5, "predict");
      answers.add(answerOf(one));
    }
    assert.deepEqual([...answers].sort(), ["NORMAL", "PNEUMONIA", "uncertain: NORMAL or PNEUMONIA"]);
    loaded.dispose();
    learn.dispose();
  });

  it("answer that an image is like none, and that what is possible is another class than the threshold's", () => {
    const base = { class: "a", label: 0, probabilities: [0.5, 0.5], uncertain: true };
    assert.equal(answerOf({ ...base, possible: [] }), "uncertain: like none of the classes");
    assert.equal(answerOf({ ...base, possible: ["b"] }), "uncertain: b or a");
    assert.equal(answerOf({ ...base, possible: ["a"], uncertain: false }), "a");
    assert.equal(answerOf({ class: "a", label: 0, probabilities: [1, 0] }), "a");
  });

  it("are refused where they are of other classes, in a call and in a file", async () => {
    const learn = await tinyLearner();
    const others = { ...sets([0.5, 0.5]), classes: ["cat", "dog"] };
    await refuses(learn.export("export", { conformalSets: others }), "sets are of the classes cat, dog");
    const file = await learn.export("export", { conformalSets: sets([0.5, null]) });
    const { tensors, metadata } = await readSafetensors(file);
    const described = JSON.parse(metadata.learner ?? "") as { conformalSets: ConformalSets };
    const damaged: [object, string][] = [
      [{ limits: [0.5, 1.5] }, "learner.conformalSets.limits[1] is 1.5"],
      [{ units: [60] }, "learner.conformalSets is"],
      [{ level: "high" }, 'learner.conformalSets.level is "high"'],
      [{ classes: ["PNEUMONIA", "NORMAL"] }, "learner.conformalSets.classes is"],
    ];
    for (const [change, words] of damaged) {
      const conformalSets = { ...described.conformalSets, ...change };
      const learner = JSON.stringify({ ...described, conformalSets });
      await writeSafetensors(file, [...tensors.values()], { ...metadata, learner });
      await refuses(loadLearner(file), words);
    }
    learn.dispose();
  });
});
