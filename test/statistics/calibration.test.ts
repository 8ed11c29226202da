import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";
import { Random } from "../../src/core/Random.js";
import type { BinaryScores } from "../../src/statistics/BinaryScores.js";
import { brierScore, determinedTemperature, fitTemperature } from "../../src/statistics/calibration.js";
import { calibrationCurve } from "../../src/statistics/calibrationCurve.js";
import { decisionCurve } from "../../src/statistics/decisionCurve.js";
import { expectedOverObserved } from "../../src/statistics/expectedOverObserved.js";
import { sigmoid } from "../../src/statistics/fitLogistic.js";
import { localWeights, sortedItems } from "../../src/statistics/localRegression.js";
import type { Measure } from "../../src/statistics/Measure.js";
import { probabilityHistogram } from "../../src/statistics/probabilityHistogram.js";
import { logitsOfScores, recalibration } from "../../src/statistics/recalibration.js";
import { near } from "../support/near.js";
import { refuses } from "../support/refuses.js";

interface Measured {
  readonly value: number;
  readonly interval: readonly number[];
}

type Curve = Readonly<Record<"model" | "all", readonly number[]>>;

interface Reference {
  readonly y: readonly number[];
  readonly first: readonly number[];
  readonly patient: readonly number[];
  readonly inTheLarge: Measured;
  readonly slope: Measured;
  readonly brier: number;
  readonly expectedOverObserved: Measured;
  readonly netBenefit: Readonly<Record<"own" | "0.1", Curve>>;
  readonly curve: {
    readonly predicted: readonly number[];
    readonly observed: readonly number[];
    readonly ici: number;
  };
}

// Made by clusters.py.
const file = path.join(projectRoot, "test", "statistics", "clusters.json");
const reference = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, Reference>>;

const scored = (scores: readonly number[], positive: ArrayLike<number>): BinaryScores => ({
  scores: Float64Array.from(scores),
  positive: Uint8Array.from(positive),
});

function nearMeasure(actual: Measure, wanted: Measured, what: string): void {
  const numbers = [actual.value, actual.low, actual.high].map((number) => number ?? NaN);
  near(numbers, [wanted.value, ...wanted.interval], 1e-7, what);
}

describe("calibration and net benefit, beside other implementations", () => {
  for (const [name, wanted] of Object.entries(reference)) {
    const sample = scored(wanted.first, wanted.y);
    const groups = wanted.patient;
    it(`logistic recalibration, with errors by patient: ${name}`, () => {
      assert.ok(wanted.first.includes(0) && wanted.first.includes(1), "scores of exactly 0 and 1");
      const { inTheLarge, slope } = recalibration(sample.positive, logitsOfScores(sample.scores), groups);
      nearMeasure(inTheLarge, wanted.inTheLarge, "in the large");
      nearMeasure(slope, wanted.slope, "slope");
      nearMeasure(expectedOverObserved(sample, groups), wanted.expectedOverObserved, "E:O");
      near([brierScore(sample)], [wanted.brier], 1e-9, "Brier");
    });
    it(`decision curve: ${name}`, () => {
      for (const [at, theirs] of Object.entries(wanted.netBenefit)) {
        const prevalence = at === "own" ? undefined : Number(at);
        const ours = decisionCurve(sample, { prevalence, groups });
        assert.ok(ours);
        near(ours.model, theirs.model, 1e-9, `model, ${at}`);
        near(ours.all, theirs.all, 1e-9, `all, ${at}`);
        assert.ok(ours.low.every((low, k) => low <= (ours.model[k] ?? NaN)));
      }
    });
    it(`smooth calibration curve: ${name}`, () => {
      const ours = calibrationCurve(sample, groups);
      assert.ok(typeof ours !== "string");
      near(ours.predicted, wanted.curve.predicted, 1e-12, "places");
      near(ours.observed, wanted.curve.observed, 1e-7, "curve");
      near([ours.ici], [wanted.curve.ici], 1e-7, "ICI");
    });
  }
});

describe("the smooth curve", () => {
  it("is a parabola where the outcomes are one", () => {
    const random = new Random(2);
    const sorted = sortedItems(Float64Array.from({ length: 60 }, () => random.uniform()));
    const outcomes = sorted.x.map((x) => 0.3 - 0.2 * x + 0.7 * x * x);
    for (const place of [0.05, 0.4, 0.93]) {
      const fit = localWeights(sorted, place);
      assert.ok(fit);
      const height = fit.weights.reduce(
        (sum, weight, k) => sum + weight * (outcomes[fit.from + k] ?? NaN),
        0,
      );
      near([height], [0.3 - 0.2 * place + 0.7 * place * place], 1e-9, `at ${place}`);
    }
  });

  it("has a band that covers the truth in about 95% of draws, where patients have several images", () => {
    const random = new Random(4);
    let covered = 0;
    const draws = 120;
    for (let draw = 0; draw < draws; draw++) {
      const rows = Array.from({ length: 120 }, (_, patient) => {
        // All images of a patient have one outcome, and nearly one probability: the worst case.
        const p = random.uniform(0.05, 0.95);
        const y = Number(random.bernoulli(p));
        return [1, 2, 3].map(() => ({ p, y, patient }));
      }).flat();
      const sample = scored(
        rows.map(({ p }) => p),
        rows.map(({ y }) => y),
      );
      const curve = calibrationCurve(
        sample,
        rows.map(({ patient }) => patient),
      );
      assert.ok(typeof curve !== "string");
      const k = curve.predicted.indexOf(0.5);
      // The truth is the diagonal.
      covered += Number((curve.low[k] ?? NaN) <= 0.5 && 0.5 <= (curve.high[k] ?? NaN));
    }
    assert.ok(covered / draws > 0.9 && covered / draws < 0.98, `${covered} of ${draws}`);
  });

  it("is drawn between places where there are many scores, next to the same", () => {
    const random = new Random(6);
    const p = Array.from({ length: 2100 }, () => random.uniform());
    const y = p.map((each) => Number(random.bernoulli(each)));
    const many = calibrationCurve(scored(p, y));
    const few = calibrationCurve(scored(p.slice(0, 1900), y.slice(0, 1900)));
    assert.ok(typeof many !== "string" && typeof few !== "string");
    assert.ok(many.ici < 0.04 && few.ici < 0.04 && many.emax < 0.12);
    near(many.observed, many.predicted, 0.1, "the curve is near the diagonal");
  });
});

describe("numbers that do not exist", () => {
  const absent = (measure: Measure) => [measure.value, measure.absent];
  const logits = logitsOfScores(Float64Array.from([0.2, 0.3, 0.6, 0.8]));

  it("have a reason: one class, equal scores, separated classes, one patient", () => {
    const alone = recalibration(Uint8Array.from([1, 1, 1, 1]), logits);
    assert.deepEqual(absent(alone.slope), [null, "only one class is there"]);
    const apart = recalibration(Uint8Array.from([0, 0, 1, 1]), logits);
    assert.deepEqual(absent(apart.slope), [null, "the scores separate the classes: the slope is infinite"]);
    assert.ok(apart.inTheLarge.low !== null);
    const equal = recalibration(Uint8Array.from([0, 1, 0, 1]), new Float64Array(4));
    assert.deepEqual(absent(equal.slope), [null, "all scores are equal: the slope is not identified"]);
    const one = recalibration(Uint8Array.from([0, 1, 0, 1]), logits, ["a", "a", "a", "a"]);
    assert.ok(one.slope.value !== null && one.slope.low === null);
    assert.match(one.slope.absent ?? "", /only one group of images/);
    const none = scored([0.2, 0.4], [0, 0]);
    assert.deepEqual(absent(expectedOverObserved(none)), [null, "no item is positive"]);
    assert.equal(decisionCurve(none), undefined);
    assert.equal(calibrationCurve(none), "there are fewer than four different scores");
  });

  it("are none where scores are exactly 0 and 1, and extreme ones are fitted", () => {
    const sample = scored([0, 0, 1, 0.5, 1, 0, 1, 1], [0, 0, 0, 1, 1, 1, 1, 1]);
    const { inTheLarge, slope } = recalibration(sample.positive, logitsOfScores(sample.scores));
    // The score equations at the fit: what is expected is what is observed.
    const fitted = Array.from(logitsOfScores(sample.scores), (x) => sigmoid(x + (inTheLarge.value ?? NaN)));
    near([fitted.reduce((a, b) => a + b, 0)], [5], 1e-9, "expected positives");
    assert.ok((slope.value ?? NaN) > 0 && (slope.value ?? NaN) < 0.2);
  });

  it("a prevalence out of range is refused", async () => {
    await refuses(() => decisionCurve(scored([0.1, 0.9], [0, 1]), { prevalence: 1 }), "prevalence is 1");
  });
});

it("the distribution of probabilities counts each class in (from, to], 0 with the first", () => {
  const { edges, negative, positive } = probabilityHistogram(
    scored([0, 0.05, 0.051, 1, 0.95, 0.5], [0, 0, 1, 1, 0, 1]),
  );
  assert.deepEqual([edges.length, edges[1], edges[20]], [21, 0.05, 1]);
  assert.deepEqual([negative[0], negative[18], positive[1], positive[9], positive[19]], [2, 1, 1, 1, 1]);
});

describe("a determined temperature", () => {
  const preds = (ofPositive: readonly number[], y: readonly number[]) => ({
    probs: Float32Array.from(ofPositive.flatMap((p) => [1 - p, p])),
    y: Int32Array.from(y),
  });

  it("is the likeliest one, and 1 where that is 0 or infinite", () => {
    const mixed = preds([0.9, 0.9, 0.9, 0.1], [1, 1, 0, 0]);
    assert.equal(determinedTemperature(mixed), fitTemperature(mixed));
    // At the temperature T three of four have the probability 0.75 where logit(0.9) / T is ln 3.
    near([determinedTemperature(mixed)], [Math.log(9) / Math.log(3)], 1e-5, "temperature");
    assert.equal(determinedTemperature(preds([0.9, 0.6, 0.2], [1, 1, 0])), 1, "all are right");
    assert.equal(determinedTemperature(preds([0.9, 0.2], [0, 1])), 1, "all are wrong");
  });
});
