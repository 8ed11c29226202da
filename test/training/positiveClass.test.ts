import assert from "node:assert/strict";
import { readFileSync, renameSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, it } from "node:test";
import { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { setDisplay, silentDisplay } from "../../src/core/Display.js";
import { ClassificationInterpretation } from "../../src/interpretation/ClassificationInterpretation.js";
import type { Callback } from "../../src/training/callbacks/Callback.js";
import { SaveModelCallback } from "../../src/training/callbacks/SaveModelCallback.js";
import { auroc, fBeta, precision, recall } from "../../src/training/metrics/confusionMetrics.js";
import { Learner } from "../../src/training/Learner.js";
import type { LearnerOptions } from "../../src/training/LearnerOptions.js";
import { loadLearner } from "../../src/training/inference/loadLearner.js";
import { errorRate, type Metric } from "../../src/training/metrics/metrics.js";
import { smallSet, temporaryFolder } from "../support/folders.js";
import { collectTexts } from "../support/collectTexts.js";
import { type DrawnDataOptions, drawnData } from "../support/drawnData.js";
import { refuses } from "../support/refuses.js";
import { tinyNet } from "../support/tinyNet.js";

setDisplay(silentDisplay);
const made: { dispose(): void }[] = [];
afterEach(() => {
  for (const each of made.splice(0)) each.dispose();
});

/** X-rays in folders of which PNEUMONIA comes first. */
async function swappedLearner(options: LearnerOptions): Promise<Learner<ImageDataBunch>> {
  const folder = smallSet(6, 5);
  for (const set of ["train", "test"]) {
    renameSync(path.join(folder, set, "NORMAL"), path.join(folder, set, "normal"));
  }
  const data = await ImageDataBunch.fromFolder(folder, { valid: "test", size: 32, bs: 4, numWorkers: 0 });
  assert.deepEqual(data.classes, ["PNEUMONIA", "normal"]);
  const learn = new Learner(data, tinyNet(), "tiny", { modelDir: temporaryFolder(), ...options });
  made.push(learn);
  return learn;
}

function drawnLearner(
  classes: readonly string[],
  options: LearnerOptions,
  data: DrawnDataOptions = {},
): Learner {
  const net = tinyNet(1, { c: classes.length });
  try {
    const learn = new Learner(drawnData({ ...data, classes }), net, "tiny", options);
    made.push(learn);
    return learn;
  } catch (error) {
    net.dispose();
    throw error;
  }
}

const close = (a: number | undefined, b: number) => {
  assert.ok(Math.abs((a ?? NaN) - b) < 1e-6, `${a} and ${b}`);
};

describe("folders PNEUMONIA and normal", () => {
  it("have PNEUMONIA for positive in the table, the interpretation, and what is exported", async () => {
    const learn = await swappedLearner({ metrics: [recall(), precision(), fBeta({ beta: 1 }), auroc()] });
    await learn.fitOneCycle(1);
    assert.equal(learn.positiveClass, "PNEUMONIA");
    assert.deepEqual(learn.recorder.metricNames, ["recall", "precision", "f_beta_1", "auroc"]);
    assert.deepEqual(learn.recorder.metricHeads, [
      "recall of PNEUMONIA",
      "precision of PNEUMONIA",
      "f1 of PNEUMONIA",
      "auroc of PNEUMONIA",
    ]);
    const interp = await ClassificationInterpretation.fromLearner(learn);
    assert.equal(interp.positiveClass, "PNEUMONIA");
    const [recalled, , , area] = learn.recorder.rows[0]?.metrics ?? [];
    close(recalled, interp.recall().value);
    close(recalled, interp.recall("PNEUMONIA").value);
    close(area, interp.binary().rocCurve().auc);
    close(area, interp.areaUnderRoc());
    assert.equal(interp.metrics().positiveClass, "PNEUMONIA");

    const loaded = await loadLearner(await learn.export());
    made.push(loaded);
    assert.equal(loaded.positiveClass, "PNEUMONIA");
    const onnx = path.join(temporaryFolder(), "net.onnx");
    await learn.exportOnnx(onnx);
    assert.match(readFileSync(onnx, "latin1"), /positiveClass.{2}PNEUMONIA/s);
    const web = temporaryFolder();
    await learn.exportTfjs(web);
    assert.match(readFileSync(path.join(web, "model.json"), "utf8"), /"positiveClass":"PNEUMONIA"/);
  });

  it("keep the net that finds most of PNEUMONIA, also where its column is monitored by its head", async () => {
    for (const monitor of ["recall", "recall of PNEUMONIA"]) {
      const learn = await swappedLearner({ metrics: [recall()] });
      // All are called normal in the first epoch, all PNEUMONIA in the second.
      const bias = () => {
        const last = learn.model.head.parameters().at(-1);
        assert.deepEqual(last?.shape, [2]);
        return last;
      };
      const turn: Callback = {
        order: -50,
        batchEnd({ epoch }) {
          bias().assignValues(epoch === 1 ? Float32Array.of(50, -50) : Float32Array.of(-50, 50));
        },
      };
      const saving = new SaveModelCallback({ monitor });
      const said = await collectTexts(() => learn.fit(3, 1e-7, [turn, saving]));
      assert.deepEqual(
        learn.recorder.rows.map(({ metrics }) => metrics[0]),
        [0, 1, 0],
      );
      assert.match(said.join("\n"), /epoch 1 with recall of PNEUMONIA value: 1\.000000/);
      assert.ok((bias().values()[0] ?? NaN) > 40);
    }
  });
});

describe("classes whose names do not tell", () => {
  const remark = /"dog", the second, is taken as the positive class/;

  it("are told once, where something speaks of one of them", async () => {
    const said = (metrics: Metric[], options: LearnerOptions = {}) =>
      collectTexts(() => drawnLearner(["cat", "dog"], { metrics, ...options }));
    assert.match((await said([recall(), precision()])).join("\n"), remark);
    assert.equal((await said([recall(), precision()])).length, 1);
    assert.deepEqual(await said([errorRate, recall({ posLabel: "cat" }), recall({ average: "macro" })]), []);
    assert.deepEqual(await said([recall()], { positiveClass: "cat" }), []);
    const learn = drawnLearner(["cat", "dog"], {});
    const preds = await learn.getPreds();
    const fake = {
      data: { trainDs: { items: [] }, validDs: { items: [] } },
      getPreds: () => Promise.resolve(preds),
    };
    let note: string | undefined;
    const interpreted = await collectTexts(async () => {
      note = (await ClassificationInterpretation.fromLearner(fake)).summary().note;
    });
    assert.match(interpreted.join("\n"), remark);
    assert.match(note ?? "", remark);
  });

  it("are what the learner was told, everywhere", async () => {
    const metrics = [recall(), recall({ posLabel: "dog" }), recall({ posLabel: 1 })];
    const learn = drawnLearner(["cat", "dog"], { metrics, positiveClass: "cat" });
    assert.deepEqual(learn.recorder.metricNames, ["recall", "recall_dog", "recall_1"]);
    assert.deepEqual(learn.recorder.metricHeads, ["recall of cat", "recall of dog", "recall of dog"]);
    await learn.fit(1);
    const interp = ClassificationInterpretation.fromPredictions(await learn.getPreds());
    assert.equal(interp.positiveClass, "cat");
    const [ofCat, ofDog] = learn.recorder.rows[0]?.metrics ?? [];
    close(ofCat, interp.recall().value);
    close(ofDog, interp.recall("dog").value);
    await refuses(() => drawnLearner(["cat", "dog"], { positiveClass: "cow" }), 'no class "cow"', "cat, dog");
    await refuses(() => drawnLearner(["cat", "dog"], { metrics: [recall({ posLabel: "cow" })] }), "no class");
  });
});

describe("three classes", () => {
  const classes = ["COVID", "NORMAL", "PNEUMONIA"];

  it("have means over them in the table and in the interpretation alike", async () => {
    const metrics = [
      recall(),
      precision(),
      auroc(),
      recall({ average: "weighted" }),
      recall({ average: "micro" }),
    ];
    const learn = drawnLearner(classes, { metrics }, { train: 24, valid: 21 });
    await learn.fit(2, 1e-2);
    assert.deepEqual(learn.recorder.metricHeads, [
      "recall, mean of 3 classes",
      "precision, mean of 3 classes",
      "auroc, mean of 3 classes",
      "recall, mean weighted by class size",
      "recall, all images together",
    ]);
    const interp = ClassificationInterpretation.fromPredictions(await learn.getPreds());
    assert.equal(interp.positiveClass, undefined);
    assert.equal(interp.measuredOf, "the mean of 3 classes");
    const [recalled, , area] = learn.recorder.rows.at(-1)?.metrics ?? [];
    close(recalled, interp.recall().value);
    close(recalled, interp.balancedAccuracy());
    close(area, interp.areaUnderRoc());
    close(
      interp.recall().value,
      classes.map((name) => interp.recall(name).value).reduce((a, b) => a + b) / 3,
    );
    assert.equal(interp.metrics().positiveClass, null);
    const { rows } = interp.summary();
    assert.ok(rows.some(([name]) => name === "recall (sensitivity), mean of 3 classes"));
    const covid = interp.classTable().rows.find(([name]) => name === "COVID");
    assert.equal(covid?.[4], "7");
    assert.match(covid[2] ?? "", /^[01]\.\d{3} \([01]\.\d{3} to [01]\.\d{3}\)$/);
    await refuses(() => interp.binary(), "3 classes", "interp.binary", "COVID, NORMAL, PNEUMONIA");
  });

  it("speak of one of them where it is given", async () => {
    const learn = drawnLearner(classes, { metrics: [recall(), auroc()], positiveClass: "COVID" });
    assert.deepEqual(learn.recorder.metricHeads, ["recall of COVID", "auroc of COVID"]);
    await learn.fit(1);
    const interp = ClassificationInterpretation.fromPredictions(await learn.getPreds());
    const [recalled, area] = learn.recorder.rows[0]?.metrics ?? [];
    close(recalled, interp.recall("COVID").value);
    close(area, interp.binary().rocCurve().auc);
  });
});
