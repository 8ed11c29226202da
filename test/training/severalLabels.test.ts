import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { inspect } from "node:util";
import { describe, it } from "node:test";
import { auditData } from "../../src/audit/auditData.js";
import { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { imagenetStats } from "../../src/core/imagenetStats.js";
import { tf } from "../../src/engine/tensorflow.js";
import { gradCam } from "../../src/interpretation/gradCam.js";
import { ClassificationInterpretation } from "../../src/interpretation/ClassificationInterpretation.js";
import { LabelInterpretation } from "../../src/interpretation/LabelInterpretation.js";
import { tellingFacts } from "../../src/interpretation/tellingFacts.js";
import { aucInterval } from "../../src/statistics/deLong.js";
import { predictionInWords, probabilityOf } from "../../src/training/inference/Prediction.js";
import { loadLearner } from "../../src/training/inference/loadLearner.js";
import { byOnnxRuntime } from "../support/byOnnxRuntime.js";
import { Learner } from "../../src/training/Learner.js";
import { bceWithLogits } from "../../src/training/losses/BCEWithLogits.js";
import { crossEntropy } from "../../src/training/losses/CrossEntropy.js";
import { accuracyThresh, fBetaThresh, labelAuroc } from "../../src/training/metrics/labelMetrics.js";
import { errorRate } from "../../src/training/metrics/metrics.js";
import { drawFindings, findings, writeChexpert, writeChestXray14 } from "../support/drawFindings.js";
import { temporaryFolder } from "../support/folders.js";
import { near } from "../support/near.js";
import { refuses } from "../support/refuses.js";
import { tinyLearner } from "../support/tinyLearner.js";
import { tinyNet } from "../support/tinyNet.js";

const common = { size: 32, bs: 8, numWorkers: 0, validPct: 0.3, seed: 2 };

async function chestXray14(count: number): Promise<ImageDataBunch> {
  const { folder, images } = await drawFindings(count);
  writeChestXray14(folder, images);
  const data = await ImageDataBunch.fromCsv(folder, {
    ...common,
    ...{ csvLabels: "Data_Entry_2017.csv", folder: "images", labelCol: "Finding Labels", labelDelim: "|" },
    ...{ noLabel: "No Finding", patientCol: "Patient ID" },
  });
  return data.normalize(imagenetStats);
}

const options = () => ({
  metrics: [accuracyThresh(), fBetaThresh(), labelAuroc()],
  modelDir: temporaryFolder(),
});

describe("images that may have several labels", () => {
  it("train, and each label is judged by itself, by patient", async () => {
    const data = await chestXray14(120);
    const learn = new Learner(data, tinyNet(1, { width: 8, c: 3 }), "tiny", options());
    learn.unfreeze();
    await learn.fitOneCycle(10, { maxLr: 1e-2 });
    const last = learn.history.at(-1);
    assert.ok((last?.validLoss ?? NaN) < 0.5, JSON.stringify(last));
    const interp = await LabelInterpretation.fromLearner(learn);
    const { preds } = interp;
    const measures = interp.measures();
    assert.deepEqual(
      measures.map(({ label, positives, negatives, unknown }) => [label, positives + negatives, unknown]),
      findings.map((label) => [label, data.validDs.length, 0]),
    );
    for (const [k, { auc, positives }] of measures.entries()) {
      assert.ok((auc.value ?? NaN) > 0.85, `${k}: ${auc.value ?? NaN}`);
      const scored = {
        scores: Float64Array.from(data.validDs.items, (_, i) => preds.probs[3 * i + k] ?? NaN),
        positive: Uint8Array.from(data.validDs.items, ({ targets }) => targets?.[k] ?? NaN),
      };
      const { auc: area } = aucInterval(scored, preds.patients);
      near([auc.value ?? NaN], [area], 1e-6, "area");
      assert.equal(
        positives,
        scored.positive.reduce((a, b) => a + b, 0),
      );
    }
    const metrics = last?.metrics ?? [];
    near(
      [metrics[2] ?? NaN],
      [measures.reduce((sum, { auc }) => sum + (auc.value ?? NaN), 0) / 3],
      1e-6,
      "mean",
    );
    assert.match(inspect(measures), /Each label by itself, 36 validation images of 18 patients[^]*mean/);
    const mass = interp.of("Mass");
    assert.deepEqual([mass.preds.classes, mass.positiveClass], [["no Mass", "Mass"], "Mass"]);
    assert.equal(mass.preds.y.length, 36);
    await refuses(() => interp.of("Hernia"), '"Hernia"', "Mass");
    // What is still of one class each says so.
    for (const asked of [
      learn.getPreds(),
      learn.TTA(),
      learn.precompute(),
      ClassificationInterpretation.fromLearner(learn),
      tellingFacts(data.trainDs),
      auditData(data),
    ]) {
      await refuses(asked, "may have several labels");
    }
    await refuses(learn.TTA(), "TTA() takes");
    await refuses(
      ClassificationInterpretation.fromLearner(learn),
      "ClassificationInterpretation takes",
      "LabelInterpretation",
    );
    await refuses(learn.export("x", { temperature: 2 }), "temperature is given", "labelThresholds");
    await refuses(learn.export("x", { labelThresholds: { Hernia: 0.5 } }), '"Hernia"');
    await refuses(learn.export("x", { labelThresholds: { Mass: 1 } }), "labelThresholds.Mass is 1");
    const file = await learn.export("labels", { labelThresholds: { Mass: 0.9 } });
    const card = readFileSync(path.join(path.dirname(file), "README.md"), "utf8");
    assert.match(card, /says which of 3 labels an image has: Effusion, Mass, Nodule/);
    assert.match(card, /Effusion 0\.5, Mass 0\.9, Nodule 0\.5/);
    const loaded = await loadLearner(file);
    const images = data.validDs.items.slice(0, 6).map((item) => item.path);
    const answers = await loaded.getPreds(images);
    for (const [i, { class: name, labels, probabilities }] of answers.entries()) {
      near(probabilities, preds.probs.subarray(3 * i, 3 * i + 3), 1e-5, "probabilities");
      const own = findings.filter((_, k) => (probabilities[k] ?? NaN) >= (k === 1 ? 0.9 : 0.5));
      assert.deepEqual([labels, name], [own, own.length === 0 ? "no label" : own.join(";")]);
    }
    const [image = ""] = images;
    near((await learn.predict(image)).probabilities, answers[0]?.probabilities ?? [], 1e-5, "predict");
    // One that nothing reaches, and one that everything does: what is explained is a label that the image has.
    const odd = await loadLearner(
      await learn.export("odd", { labelThresholds: { Mass: 0.000001, Effusion: 0.99999, Nodule: 0.99999 } }),
    );
    const explained = await gradCam(odd, image);
    assert.deepEqual([explained.class, explained.prediction.class], ["Mass", "Mass"]);
    assert.equal(probabilityOf(explained.prediction), undefined);
    assert.match(predictionInWords(explained.prediction, odd.classes), /^Mass \d\.\d{3}$/);
    assert.match(inspect(odd), /Effusion 0\.99999/);
    odd.dispose();
    assert.match(inspect(loaded), /each label whose probability reaches its threshold/);
    const cam = await gradCam(loaded, image, { class: "Nodule" });
    assert.deepEqual([cam.class, cam.prediction.labels], ["Nodule", answers[0]?.labels]);
    const onnx = path.join(path.dirname(file), "labels.onnx");
    await loaded.exportOnnx(onnx);
    const { x, shape } = await data.oneBatch("valid");
    near(await byOnnxRuntime(onnx, { x, shape }), preds.probs.subarray(0, 3 * shape[0]), 1e-4, "onnxruntime");
    loaded.dispose();
    learn.dispose();
    await data.close();
    assert.equal(tf.memory().numTensors, 0);
  });

  it("leave out what is not known, in training, measures and metrics", async () => {
    const { folder, images } = await drawFindings(48);
    writeChexpert(folder, images);
    const data = await ImageDataBunch.fromCsv(folder, {
      ...common,
      ...{ csvLabels: "train.csv", fnCol: "Path", labelCols: [...findings], blank: "unknown" as const },
    });
    const net = tinyNet(1, { width: 8, c: 3 });
    const learn = new Learner(data, net, "tiny", {
      ...options(),
      lossFunc: bceWithLogits({ posWeight: data.trainDs.posWeight() }),
    });
    await learn.fitOneCycle(1);
    const interp = await LabelInterpretation.fromLearner(learn);
    const [first] = interp.measures();
    const known = data.validDs.items.filter(({ targets }) => !Number.isNaN(targets?.[0]));
    assert.ok(known.length > 0 && known.length < data.validDs.length);
    assert.equal(first?.unknown, data.validDs.length - known.length);
    assert.equal(interp.of("Effusion").preds.y.length, known.length);
    const card = readFileSync(path.join(path.dirname(await learn.export()), "README.md"), "utf8");
    assert.match(card, new RegExp(`not known: Effusion of ${data.validDs.unknownCounts()[0] ?? NaN},`));
    const targets = data.validDs.items.flatMap(({ targets: own = [] }) => own);
    const right = targets.flatMap((target, at) =>
      Number.isNaN(target) ? [] : [Number((interp.preds.probs[at] ?? NaN) > 0.5 === (target === 1))],
    );
    // Batches count by their items, as in fast.ai, and here all but the last are full.
    const { metrics } = await learn.validate();
    assert.ok(Math.abs((metrics[0] ?? NaN) - right.reduce((a, b) => a + b, 0) / right.length) < 0.1);
    learn.dispose();
    await data.close();
  });

  it("have metrics and losses of their own", async () => {
    const data = await chestXray14(16);
    const net = tinyNet(1, { c: 3 });
    const make = (given: object) => () =>
      new Learner(data, net, "tiny", { modelDir: temporaryFolder(), ...given });
    await refuses(make({ metrics: [errorRate] }), "error_rate", "several labels", "accuracyThresh()");
    await refuses(make({ lossFunc: crossEntropy() }), "cross-entropy of the softmax", "bceWithLogits()");
    await refuses(make({ positiveClass: "Mass" }), 'positiveClass is "Mass"', "by itself");
    const one = await tinyLearner();
    const others = (given: object) => () => new Learner(one.data, one.model, "tiny", given);
    await refuses(others({ metrics: [accuracyThresh()] }), "accuracy_thresh", "one class each");
    await refuses(others({ lossFunc: bceWithLogits() }), "one class each", "crossEntropy()");
    await refuses(one.getLabelPreds(), "one class each", "getPreds()");
    one.dispose();
    net.dispose();
    await data.close();
  });
});

it("the metrics of several labels are fast.ai's", () => {
  const logits = Float32Array.of(0.3, -2, 1.5, 4, 0.1, -6, -1, -1.2, -3, 0.2, 2.2, 0.4);
  const targets = Float32Array.of(1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0);
  const input = { logits, c: 3, y: new Int32Array(4), targets };
  const ours = [
    accuracyThresh()(input),
    accuracyThresh({ thresh: 0.2 })(input),
    fBetaThresh()(input),
    fBetaThresh({ thresh: 0.5, beta: 1 })(input),
  ];
  near(ours, [2 / 3, 0.5, 0.560606062412262, 0.49166667461395264], 1e-6, "metrics");
});
