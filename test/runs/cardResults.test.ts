import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setDisplay } from "../../src/core/Display.js";
import { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { ClassificationInterpretation } from "../../src/interpretation/ClassificationInterpretation.js";
import { HeldOutChoices } from "../../src/runs/heldOut/HeldOutChoices.js";
import { presets } from "../../src/runs/presets.js";
import { readMetrics } from "../../src/runs/RunMetrics.js";
import { saveMetrics } from "../../src/runs/saveMetrics.js";
import type { ClassesEvaluation } from "../../src/statistics/evaluateClasses.js";
import type { Evaluation } from "../../src/statistics/evaluateScores.js";
import { Learner } from "../../src/training/Learner.js";
import { imagesAt, smallSet, temporaryFolder } from "../support/folders.js";
import { needsHuggingFace, readCard } from "../support/huggingFace.js";
import { listening } from "../support/killedFits.js";
import { tinyNet } from "../support/tinyNet.js";

const made: Learner<ImageDataBunch>[] = [];
const variable = "XRAY_RUN_DIR";

describe("a run's numbers in its net's model card", () => {
  let before: string | undefined;
  let run = "";
  beforeEach(() => {
    before = process.env[variable];
    run = temporaryFolder();
    process.env[variable] = run;
    setDisplay(listening);
  });
  afterEach(() => {
    if (before === undefined) Reflect.deleteProperty(process.env, variable);
    else process.env[variable] = before;
    for (const each of made.splice(0)) each.dispose();
  });
  const patientOf = (file: string) => path.basename(file).replace(/\D/g, "").slice(0, 2);
  const parameters = { ...presets.quick, size: 32, bs: 4 };
  const readIn = (name = "README.md") => readFileSync(path.join(run, "models", name), "utf8");
  const numbers = async () => (await readMetrics(path.join(run, "metrics.json"))).evaluation;

  async function heldOutRun() {
    const root = smallSet(20, 5);
    const data = await ImageDataBunch.fromFolder(path.join(root, "train"), {
      ...{ size: 32, bs: 4, seed: 3, numWorkers: 0, validPct: 0.2, heldOutPct: 0.3, stratify: true },
      groupBy: patientOf,
    });
    const learn = new Learner(data, tinyNet(), "tiny");
    made.push(learn);
    await learn.fit(1);
    const dataset = { path: root, kind: "phantom", train: "train", valid: "test" } as const;
    const choices = await HeldOutChoices.make(learn, { recall: 0.5 });
    const tested = await choices.openTest(dataset);
    return { learn, dataset, choices, tested };
  }

  it("are there whichever comes first, and only for the weights and the decision that they are of", async () => {
    const { learn, dataset, choices, tested } = await heldOutRun();
    await learn.export("before", choices.exportOptions);
    await learn.export("plain");
    assert.match(readIn(), /No run's numbers are known of these weights/);
    await saveMetrics(learn, tested, { dataset, parameters, choices });
    await learn.export("after", choices.exportOptions);
    const { auc, sensitivity, specificity } = (await numbers()) as Evaluation;
    for (const name of ["README.md", "after.README.md"]) {
      const text = readIn(name);
      for (const { value } of [auc, sensitivity, specificity]) {
        assert.ok(
          text.includes(`value: ${Number((value ?? NaN).toFixed(6))}\n`),
          `${String(value)} in ${name}`,
        );
      }
      assert.match(
        text,
        /^Of PNEUMONIA, by threshold .* for PNEUMONIA.*, on 10 test images of 5 patients\.$/m,
      );
      assert.match(text, /10 test images, which were opened once, when everything was chosen/);
      assert.match(text, /5 of the 5 patients with test images have images that had a part in the training/);
      assert.match(
        text,
        /Images: training \d+ \(.*\); validation \d+ .*; held out \d+ .*; test 10 \(.*\), of 5 patients/,
      );
      assert.match(text, /The folder xray-data-\w+\./);
      assert.doesNotMatch(text, /chest-x-ray|Kermany|undefined|NaN/);
    }
    const { warnings = [] } = await readMetrics(path.join(run, "metrics.json"));
    assert.match(warnings.join("\n"), /^5 of the 5 patients in test are also in training or validation/m);
    const plain = readIn("plain.README.md");
    assert.doesNotMatch(plain, /model-index/);
    assert.match(plain, /The file itself predicts otherwise, by threshold 0\.5: /);
    await learn.fit(1);
    await learn.export("trained-on", choices.exportOptions);
    assert.match(readIn("trained-on.README.md"), /No run's numbers are known of these weights/);
  });

  it("are means over more than two classes, of a folder of anything", async () => {
    const classes = ["cat", "dog", "owl", "zebra", "wren"];
    const names = ["train", "valid"].flatMap((split) =>
      classes.flatMap((name) => Array.from({ length: 4 }, (_, i) => `${split}/${name}/${i}.png`)),
    );
    const root = await imagesAt(...names);
    const data = await ImageDataBunch.fromFolder(root, { size: 16, bs: 4, numWorkers: 0 });
    const learn = new Learner(data, tinyNet(1, { c: 5 }), "tiny");
    made.push(learn);
    await learn.fit(1);
    await learn.export();
    const interp = await ClassificationInterpretation.fromLearner(learn);
    const dataset = { path: root, kind: "other", train: "train", valid: "valid" } as const;
    await saveMetrics(learn, interp, { dataset, parameters });
    const text = readIn();
    const { macro } = (await numbers()) as ClassesEvaluation;
    assert.ok(text.includes(`value: ${Number((macro.sensitivity.value ?? NaN).toFixed(6))}\n`));
    assert.match(text, /^# tiny for 5 classes$/m);
    assert.match(text, /^Of the mean of 5 classes, by the most probable class, on 20 validation images\.$/m);
    assert.match(text, /\d+ of 20 images were taken for another class: \d+ \w+ as \w+/);
    assert.match(text, /may be too narrow: which of them show the same person or thing is not known\./);
    assert.doesNotMatch(text, /pneumonia|chest|x-ray|medical device/i);
  });

  it("are read by huggingface_hub as results", needsHuggingFace, async () => {
    const { learn, dataset, choices, tested } = await heldOutRun();
    await saveMetrics(learn, tested, { dataset, parameters, choices });
    const file = await learn.export("export", choices.exportOptions);
    const { data, results } = readCard(path.join(path.dirname(file), "README.md"));
    const { auc, accuracy } = (await numbers()) as Evaluation;
    const valueOf = (type: string) => results.find((each) => each.type === type)?.value;
    assert.equal(valueOf("roc_auc"), Number((auc.value ?? NaN).toFixed(6)));
    assert.equal(valueOf("accuracy"), Number((accuracy.value ?? NaN).toFixed(6)));
    assert.deepEqual(
      results.map(({ task, split, dataset: name }) => [task, split, name]),
      results.map(() => ["image-classification", "test", path.basename(dataset.path)]),
    );
    assert.deepEqual(
      data.metrics,
      results.map(({ type }) => type),
    );
  });
});
