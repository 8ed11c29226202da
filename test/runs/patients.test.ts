import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { compareRuns } from "../../src/runs/compareRuns.js";
import { chooseForRecall } from "../../src/runs/heldOut/chooseForRecall.js";
import { chosenEpochs } from "../../src/runs/heldOut/Choices.js";
import { readPredictions, type StoredPredictions } from "../../src/runs/predictionsFile.js";
import { readRun } from "../../src/runs/readRun.js";
import { readMetrics } from "../../src/runs/RunMetrics.js";
import { ClassificationInterpretation } from "../../src/interpretation/ClassificationInterpretation.js";
import { temporaryFolder } from "../support/folders.js";
import { refuses } from "../support/refuses.js";
import { metricsOf, predictionsOf, writeRun } from "../support/runFiles.js";

const dogs = [0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.4, 0.55];
const stored = predictionsOf(dogs);
const ofPatients = (patients: readonly number[], run = stored) => ({
  ...run,
  preds: { ...run.preds, patients: Int32Array.from(patients) },
});
const patients = [0, 0, 1, 1, 2, 2, 3, 3];

describe("patients in a run's files", () => {
  const write = async (name: string, run: StoredPredictions = ofPatients(patients)) => {
    const folder = path.join(temporaryFolder(), name);
    mkdirSync(folder, { recursive: true });
    return writeRun(folder, run, metricsOf(run));
  };
  const change = (folder: string, name: string, change: (value: Record<string, unknown>) => void) => {
    const file = path.join(folder, name);
    const value = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    change(value);
    writeFileSync(file, JSON.stringify(value));
  };

  it("are numbers, come back as they were, and decide the intervals", async () => {
    const { metrics, predictions } = await readRun(await write("run"));
    assert.deepEqual([...(predictions?.preds.patients ?? [])], patients);
    assert.equal(metrics.patients, 4);
    // Both wrong images are of different patients: 2 of 8, (4/3) x (2 x 0.5² + 2 x 0.5²) / 8² over 0.25 x 0.75 / 8.
    assert.ok(Math.abs((metrics.designEffects?.errorRate ?? NaN) - 1) < 1e-12);
    const apart = await readRun(await write("apart", ofPatients([0, 1, 2, 3, 4, 5, 3, 6])));
    // One patient has both wrong images: 7/6 x (1.5² + 6 x 0.25²) / 8² over 0.25 x 0.75 / 8.
    const effect = ((7 / 6) * (1.5 ** 2 + 6 * 0.25 ** 2)) / 64 / ((0.25 * 0.75) / 8);
    assert.ok(Math.abs((apart.metrics.designEffects?.errorRate ?? NaN) - effect) < 1e-9);
    assert.ok((apart.metrics.intervals.errorRate?.[1] ?? 0) > (metrics.intervals.errorRate?.[1] ?? 1));
  });

  it("are refused where they are no numbers of that order, or not those of the other file", async () => {
    const folder = await write("changed");
    change(folder, "predictions.json", (value) => {
      const [first] = value.items as { patient: number }[];
      if (first) first.patient = 2;
    });
    await refuses(readPredictions(path.join(folder, "predictions.json")), "patient", "0, the next one's");
    const other = await write("other");
    change(other, "predictions.json", (value) => {
      for (const [i, item] of (value.items as { patient: number }[]).entries()) item.patient = i;
    });
    await refuses(readRun(other), "not of the same run", "patients (4 and 8)");
    const narrow = await write("narrow", ofPatients([0, 1, 2, 3, 4, 5, 3, 6]));
    change(narrow, "metrics.json", (value) => {
      value.intervals = metricsOf(stored).intervals;
    });
    await refuses(
      readMetrics(path.join(narrow, "metrics.json")),
      "by the confusion matrix and the design effect",
    );
    const unknown = await write("unknown");
    change(unknown, "metrics.json", (value) => {
      value.patients = null;
      value.designEffects = { ...(value.designEffects as object), recall: 2 };
    });
    await refuses(readMetrics(path.join(unknown, "metrics.json")), "designEffects", "not known whose");
  });

  it("are not needed: files of earlier versions take images as independent", async () => {
    const folder = await write("old", stored);
    change(folder, "metrics.json", (value) => {
      delete value.patients;
      delete value.designEffects;
      delete value.protocol;
    });
    const { metrics, predictions } = await readRun(folder);
    assert.equal(predictions?.preds.patients, undefined);
    assert.equal(metrics.protocol, "replica");
  });

  it("are refused where the area under the ROC curve in metrics.json is another one", async () => {
    const run = ofPatients(patients);
    const evaluation = ClassificationInterpretation.fromPredictions(run.preds).evaluation();
    assert.ok(!("classes" in evaluation));
    const folder = path.join(temporaryFolder(), "evaluated");
    await writeRun(folder, run, { ...metricsOf(run), evaluation });
    await readRun(folder);
    change(folder, "metrics.json", (value) => {
      value.evaluation = { ...evaluation, auc: { ...evaluation.auc, value: 0.99 } };
    });
    await refuses(readRun(folder), "area under the ROC curve (0.99 and 0.875)");
    change(folder, "metrics.json", (value) => {
      value.evaluation = { auc: 0.9 };
    });
    await refuses(readRun(folder), "expected the core measures");
  });

  it("decide the tests of a comparison", async () => {
    const [a, b] = [
      ofPatients(patients),
      ofPatients(patients, predictionsOf([0.1, 0.7, 0.8, 0.6, 0.4, 0.8, 0.3, 0.9])),
    ];
    const { caption = "", rows } = compareRuns({ ...a, name: "a" }, { ...b, name: "b" });
    assert.match(
      caption,
      /^8 test images of 4 patients, .*Obuchowski's test .*McNemar's test, clustered by patient/,
    );
    // a is right alone in three images of three patients, b in none: chi² = 3/4 x 3² / 3 = 2.25.
    const errors = rows.find(([name]) => name === "error rate") ?? [];
    assert.equal(errors.at(-1), "0.134");
    const other = { ...ofPatients([0, 1, 2, 3, 4, 5, 6, 7], b), name: "b" };
    await refuses(() => compareRuns({ ...a, name: "a" }, other), "that they are of one patient");
  });
});

describe("what is chosen on held-out images", () => {
  it("is a threshold with a promise where there are patients enough", () => {
    const n = 120;
    // Each patient has two images of dogs; the lower one of the k-th has the probability 0.2 + k/200.
    const p = Array.from({ length: n }, (_, i) => 0.2 + Math.floor(i / 2) / 200 + (i % 2) / 1000);
    const probs = Float32Array.from([...p, 0.1].flatMap((each) => [1 - each, each]));
    const y = Int32Array.from({ length: n + 1 }, (_, i) => (i < n ? 1 : 0));
    const preds = {
      ...{ classes: ["cat", "dog"], probs, y, losses: new Float32Array(n + 1) },
      patients: Int32Array.from({ length: n + 1 }, (_, i) => Math.floor(i / 2)),
    };
    const choose = (one: typeof preds) =>
      chooseForRecall(ClassificationInterpretation.fromPredictions(one).binary(), 0.95);
    // Of 60 patients nobody may be missed: 0.95^60 is 0.046.
    const { threshold, promise } = choose(preds);
    assert.equal(threshold.threshold, probs[1]);
    assert.deepEqual([promise.units, promise.allowedMisses, promise.needed], [60, 0, 59]);
    assert.match(threshold.rule ?? "", /at least 0\.95 of the patients with 95% confidence, by 60 patients/);
    const few = preds.y.map((label, i) => (i < 20 ? 0 : label));
    const { threshold: without, promise: none } = choose({ ...preds, y: few });
    assert.equal(none.threshold, null);
    assert.match(
      without.rule ?? "",
      /without a promise, which takes 59 patients with an image of dog: there are 50/,
    );
  });

  it("is the epoch that each stage's net is of, and says where another one had a lower loss", () => {
    const stage = (phase: "frozen" | "unfrozen", losses: readonly (number | undefined)[], kept?: number) => ({
      phase,
      rows: losses.map((validLoss, epoch) => ({
        phase,
        epoch,
        trainLoss: 1,
        validLoss,
        metrics: [],
        seconds: 0,
      })),
      kept,
    });
    const isLowest = false;
    assert.deepEqual(chosenEpochs([stage("frozen", [0.5, 0.3, 0.3], 1), stage("unfrozen", [0.2], 0)]), {
      frozen: { trained: 3, chosen: 2 },
      unfrozen: { trained: 1, chosen: 1 },
    });
    assert.deepEqual(chosenEpochs([stage("frozen", [0.3, NaN, 0.4], 2), stage("unfrozen", [0.2, 0.3])]), {
      frozen: { trained: 3, chosen: 3, isLowest },
      unfrozen: { trained: 2, chosen: null, isLowest },
    });
    assert.deepEqual(chosenEpochs([stage("frozen", [undefined], 0)]), {
      frozen: { trained: 1, chosen: 1, isLowest },
    });
  });
});
