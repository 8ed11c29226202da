import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random } from "../../src/core/Random.js";
import { aucInterval } from "../../src/statistics/deLong.js";
import { evaluateClasses } from "../../src/statistics/evaluateClasses.js";
import { logitsOfClass } from "../../src/statistics/scoresOfClass.js";
import { evaluateScores } from "../../src/statistics/evaluateScores.js";
import { bootstrap } from "../../src/statistics/bootstrap.js";
import { estimates } from "../../src/statistics/measures.js";
import { formatThreshold } from "../../src/statistics/format.js";
import { refuses } from "../support/refuses.js";
import { near } from "../support/near.js";

/** Patients of one to four images, and probabilities of `c` classes that know something. */
function draw(random: Random, patients: number, c: number) {
  const rows = Array.from({ length: patients }, (_, patient) => {
    const own = random.normal();
    const label = Math.floor(random.uniform(0, c));
    return Array.from({ length: 1 + Math.floor(random.uniform(0, 4)) }, () => {
      const powers = Array.from({ length: c }, (_, k) =>
        Math.exp(Number(k === label) * (1.5 + own) + random.normal()),
      );
      const total = powers.reduce((a, b) => a + b, 0);
      return { patient, label, probs: powers.map((power) => power / total) };
    });
  }).flat();
  return {
    classes: Array.from({ length: c }, (_, k) => `class ${k}`),
    y: Int32Array.from(rows, ({ label }) => label),
    probs: Float32Array.from(rows.flatMap(({ probs }) => probs)),
    groups: Int32Array.from(rows, ({ patient }) => patient),
  };
}

describe("an evaluation of several classes", () => {
  it("has the mean of both sides where there are two, with the interval of either", () => {
    const preds = draw(new Random(1), 150, 2);
    const { macro, classes } = evaluateClasses(preds);
    const [first, second] = Object.values(classes);
    assert.ok(first && second);
    near([Number(first.auc.value)], [Number(second.auc.value)], 1e-12, "areas of both sides");
    const width = Number(macro.auc.high) - Number(macro.auc.low);
    const scored = {
      scores: Float64Array.from(preds.y, (_, i) => preds.probs[2 * i] ?? NaN),
      positive: Uint8Array.from(preds.y, (label) => 1 - label),
    };
    const [low, high] = aucInterval(scored, preds.groups).interval;
    assert.ok(Math.abs(width / (high - low) - 1) < 0.02, `${width} and ${high - low}`);
    const balanced = (Number(first.sensitivity.value) + Number(first.specificity.value)) / 2;
    near([Number(macro.sensitivity.value)], [balanced], 1e-12, "balanced accuracy");
  });

  it("has intervals of the means as wide as those of the bootstrap by patient", () => {
    const preds = draw(new Random(2), 200, 3);
    const { macro } = evaluateClasses(preds);
    const [n, c] = [preds.y.length, 3];
    const predicted = Array.from({ length: n }, (_, i) => {
      const row = Array.from(preds.probs.subarray(i * c, i * c + c));
      return row.indexOf(Math.max(...row));
    });
    const shares = (weights: ArrayLike<number>) => {
      const recall = (k: number) => {
        let [hits, of] = [0, 0];
        for (let i = 0; i < n; i++) {
          if (preds.y[i] !== k) continue;
          of += weights[i] ?? 0;
          if (predicted[i] === k) hits += weights[i] ?? 0;
        }
        return hits / of;
      };
      return { sensitivity: (recall(0) + recall(1) + recall(2)) / 3 };
    };
    const { groups } = preds;
    const [low, high] = bootstrap(n, shares, { groups, resamples: 1000, seed: 3 }).sensitivity;
    const ratio = (Number(macro.sensitivity.high) - Number(macro.sensitivity.low)) / (high - low);
    assert.ok(Math.abs(ratio - 1) < 0.12, String(ratio));
    near([Number(macro.sensitivity.value)], [shares(new Float64Array(n).fill(1)).sensitivity], 1e-12, "mean");
  });

  it("says which class a mean lacks", () => {
    const preds = draw(new Random(3), 30, 3);
    const without = { ...preds, y: preds.y.map((label) => Math.min(label, 1)) };
    assert.equal(evaluateClasses(without).macro.auc.absent, "it does not exist for class 2");
  });

  it("has no interval of a mean where nothing varies, and says where one class does not", () => {
    const certain = (k: number) => [0, 1, 2].map((j) => (j === k ? 0.8 : 0.1));
    const y = [0, 0, 1, 1, 2, 2];
    const evaluation = (called: readonly number[], groups?: number[]) =>
      evaluateClasses({
        ...{ classes: ["a", "b", "c"], y: Int32Array.from(y), groups },
        probs: Float32Array.from(called.flatMap(certain)),
      }).macro;
    const perfect = evaluation(y).sensitivity;
    assert.deepEqual([perfect.value, perfect.low, perfect.high], [1, null, null]);
    assert.equal(perfect.absent, "nothing varies: no interval, which is no certainty");
    const { sensitivity } = evaluation([0, 0, 1, 0, 2, 1]);
    near([Number(sensitivity.value)], [2 / 3], 1e-12, "mean of 1, 1/2 and 1/2");
    // The variance of the mean of two recalls of 1/2, each of two images: 6/5 (4 x (1/2 / 2 / 3)²).
    const half = 1.959963984540054 * Math.sqrt((6 / 5) * 4 * (1 / 12) ** 2);
    near([Number(sensitivity.low)], [2 / 3 - half], 1e-9, "lower end");
    assert.equal(sensitivity.note, "nothing varies in a: the interval is too narrow");
    // The images of b are of one patient: b's own recall has no interval.
    const alone = evaluation([0, 0, 1, 0, 2, 1], [1, 2, 3, 3, 4, 5]).sensitivity;
    assert.deepEqual([alone.low, alone.high], [null, null]);
    assert.equal(alone.absent, "there is no interval for b: none for the mean");
  });

  it("keeps the digits of logits that a rounded probability has lost", () => {
    const probs = Float32Array.of(1e-12, 1, 1, 0);
    const logits = logitsOfClass({ probs, y: Int32Array.of(1, 0), classes: ["a", "b"] }, "b");
    near([logits[0] ?? NaN], [-Math.log(1e-12)], 1e-6, "logit");
    assert.ok(Number.isFinite(logits[1]) && (logits[1] ?? 0) < -100);
  });
});

describe("an evaluation of one class", () => {
  it("has at the items' own prevalence the predictive values and the net benefit of the items", () => {
    const preds = draw(new Random(4), 120, 2);
    const items = {
      scores: Float64Array.from(preds.y, (_, i) => preds.probs[2 * i + 1] ?? NaN),
      positive: Uint8Array.from(preds.y),
      groups: preds.groups,
    };
    const { prevalence } = evaluateScores(items);
    const { ppv, npv, netBenefit, atPrevalence } = evaluateScores(items, { prevalence });
    assert.ok(atPrevalence && netBenefit.model && atPrevalence.netBenefit.model);
    near(
      [Number(atPrevalence.ppv.value), Number(atPrevalence.npv.value)],
      [Number(ppv.value), Number(npv.value)],
      1e-12,
      "predictive values",
    );
    near(atPrevalence.netBenefit.model, netBenefit.model, 1e-12, "net benefit");
    const inside =
      Number(atPrevalence.ppv.low) < Number(ppv.value) && Number(ppv.value) < Number(atPrevalence.ppv.high);
    assert.ok(inside);
  });

  it("refuses what does not go item by item, and scores that are no numbers", async () => {
    const [scores, positive] = [Float64Array.of(0.1, 0.9, NaN), Uint8Array.of(1, 1, 1)];
    const fine = Float64Array.of(0.1, 0.9, 0.5);
    const short = Float64Array.of(0.1, 0.9);
    await refuses(() => evaluateScores({ scores, positive }), "A score is not a number: item 2 of scores.");
    for (const [name, values] of Object.entries({ logits: short, second: short, called: Uint8Array.of(1) })) {
      await refuses(
        () => evaluateScores({ scores: fine, positive, [name]: values }),
        `${name} has ${values.length} values for 3 scores.`,
      );
    }
    await refuses(
      () => evaluateScores({ scores: fine, positive, second: scores }),
      "A score is not a number: item 2 of second.",
    );
  });

  it("names images, not patients, where patients are not known", () => {
    const { calibration } = evaluateScores({ scores: Float64Array.of(0.4), positive: Uint8Array.of(1) });
    assert.equal(calibration.expectedOverObserved.absent, "there is only one image: no interval");
  });

  it("resamples patients unless other groups are given", () => {
    const preds = draw(new Random(6), 20, 2);
    const scored = {
      scores: Float64Array.from(preds.y, (_, i) => preds.probs[2 * i + 1] ?? NaN),
      positive: Uint8Array.from(preds.y),
      groups: preds.groups,
    };
    const [plain, said] = [{}, { groups: undefined }].map((options) =>
      estimates(scored, 0.5, { resamples: 100, ...options }),
    );
    assert.deepEqual(said, plain);
  });

  it("takes a second model, and says that equal ones do not differ", () => {
    const preds = draw(new Random(5), 40, 2);
    const scores = Float64Array.from(preds.y, (_, i) => preds.probs[2 * i + 1] ?? NaN);
    const items = { scores, positive: Uint8Array.from(preds.y), groups: preds.groups, second: scores };
    const { comparison } = evaluateScores(items);
    assert.ok(comparison);
    assert.deepEqual([comparison.aucDifference.value, comparison.aucDifference.p], [0, null]);
    assert.equal(comparison.aucDifference.absent, "the difference has no variance: no test");
    assert.equal(
      comparison.errorDifference.absent,
      "in no group of images do the two models differ: no test",
    );
    assert.equal(comparison.mcNemarP, 1);
  });
});

it("a threshold is rounded down, so that what is promised of it holds", () => {
  const shown = [0.5, 0.12345678, 0.9999999, 0, 0.3 - 1e-12, 1e-7].map((each) => formatThreshold(each));
  assert.deepEqual(shown, ["0.5", "0.123456", "0.999999", "0", "0.299999", "1e-7"]);
});
