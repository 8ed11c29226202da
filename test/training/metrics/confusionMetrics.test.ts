import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setDisplay, silentDisplay } from "../../../src/core/Display.js";
import { Random } from "../../../src/core/Random.js";
import { auroc, fBeta, precision, recall } from "../../../src/training/metrics/confusionMetrics.js";
import { Learner } from "../../../src/training/Learner.js";
import { ClassificationInterpretation } from "../../../src/interpretation/ClassificationInterpretation.js";
import { softmax } from "../../../src/statistics/softmax.js";
import { accuracy, metricName } from "../../../src/training/metrics/metrics.js";
import { drawnData } from "../../support/drawnData.js";
import { tinyNet } from "../../support/tinyNet.js";

setDisplay(silentDisplay);

/** Two classes: class 1 is predicted where its score is above 0. */
const input = (scores: readonly number[], y: readonly number[]) => ({
  logits: Float32Array.from(scores.flatMap((score) => [0, score])),
  c: 2,
  y: Int32Array.from(y),
});

describe("metrics of a whole set", () => {
  it("count what is predicted and what is", () => {
    const counted = input([1, 2, 3, -1, -2, -3, -4], [1, 1, 0, 1, 0, 0, 0]);
    assert.equal(precision()(counted), 2 / 3);
    assert.equal(recall()(counted), 2 / 3);
    assert.equal(recall({ posLabel: 0 })(counted), 3 / 4);
    const [p, r] = [precision({ posLabel: 0 })(counted), recall({ posLabel: 0 })(counted)];
    assert.ok(Math.abs(fBeta({ posLabel: 0 })(counted) - (5 * p * r) / (4 * p + r)) < 1e-12);
  });

  it("are NaN, or 0 for F-beta, where there is nothing to count", () => {
    const none = input([-1, -2], [0, 0]);
    assert.deepEqual([precision()(none), recall()(none), fBeta()(none), auroc()(none)], [NaN, NaN, 0, NaN]);
  });

  it("are no number, and come back, where the net has diverged", () => {
    const diverged = input([NaN, 1, NaN], [0, 1, 1]);
    assert.equal(auroc()(diverged), NaN);
    assert.equal(recall()(diverged), 1 / 2);
  });

  it("auroc counts pairs in the right order, ties half", () => {
    const random = new Random(1);
    const scores = Array.from({ length: 40 }, () => Math.round(random.normal() * 3) / 3);
    const y = scores.map((score) => (random.bernoulli(1 / (1 + Math.exp(-score))) ? 1 : 0));
    let [pairs, right] = [0, 0];
    scores.forEach((a, i) => {
      scores.forEach((b, j) => {
        if (y[i] !== 1 || y[j] !== 0) return;
        pairs++;
        right += a > b ? 1 : a === b ? 0.5 : 0;
      });
    });
    assert.ok(Math.abs(auroc()(input(scores, y)) - right / pairs) < 1e-12);
  });

  it("are columns of the table, of all batches together", async () => {
    const metrics = [precision(), recall(), fBeta(), auroc()];
    assert.deepEqual(metrics.map(metricName), ["precision", "recall", "f_beta", "auroc"]);
    // Batches of 8 and 8 and 4: a mean over batches would be another number.
    const learn = new Learner(drawnData({ valid: 20, size: 32 }), tinyNet(), "tiny", { metrics });
    await learn.fit(1);
    const preds = await learn.getPreds();
    const logits = preds.probs.map(Math.log);
    const expected = metrics.map((metric) => metric({ logits, c: 2, y: preds.y }));
    const got = learn.recorder.rows[0]?.metrics ?? [];
    got.forEach((value, i) => {
      assert.ok(Object.is(value, expected[i]) || Math.abs(value - (expected[i] ?? NaN)) < 1e-6);
    });
    learn.dispose();
  });

  it("are the interpretation's numbers, of two classes and of more", () => {
    const random = new Random(2);
    for (const classes of [
      ["a", "b"],
      ["a", "b", "c"],
    ]) {
      const c = classes.length;
      const y = Int32Array.from({ length: 60 }, (_, i) => i % c);
      // Of few values, so that there are ties.
      const logits = Float32Array.from({ length: 60 * c }, () => Math.round(2 * random.normal()) / 2);
      const probs = softmax(logits, c);
      const interp = ClassificationInterpretation.fromPredictions({
        probs,
        y,
        classes,
        losses: new Float32Array(60),
        positiveClass: c === 2 ? "b" : undefined,
      });
      const of = { logits, c, y, classes, positive: c === 2 ? 1 : undefined };
      assert.equal(precision()(of), interp.precision().value);
      assert.equal(recall()(of), interp.recall().value);
      assert.equal(accuracy(of), interp.accuracy().value);
      assert.equal(recall({ posLabel: "a" })(of), interp.recall("a").value);
      // Single precision makes ties of its own.
      assert.ok(Math.abs(auroc()(of) - interp.areaUnderRoc()) < 2e-3);
    }
  });

  it("refuse a class that is not there", () => {
    assert.throws(() => precision({ posLabel: 2 })(input([1], [1])), /posLabel is 2; there are 2 classes/);
    assert.throws(() => fBeta({ beta: 0 }), /beta is 0\./);
  });
});
