import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random } from "../../src/core/Random.js";
import { type BinaryScores, countsAt } from "../../src/statistics/BinaryScores.js";
import { bootstrap } from "../../src/statistics/bootstrap.js";
import { chooseThreshold } from "../../src/statistics/chooseThreshold.js";
import { aucInterval, compareAucs } from "../../src/statistics/deLong.js";
import { estimates } from "../../src/statistics/measures.js";
import { predictiveValues } from "../../src/statistics/predictiveValues.js";
import { refuses } from "../support/refuses.js";

const scored = (scores: readonly number[], positive: readonly number[]): BinaryScores => ({
  scores: Float64Array.from(scores),
  positive: Uint8Array.from(positive),
});

/** Positives normal around 1, negatives around 0: the true area is that of Phi(1 / sqrt 2). */
function drawn(random: Random, positives: number, negatives: number, second = false): BinaryScores[] {
  const labels = Array.from({ length: positives + negatives }, (_, i) => (i < positives ? 1 : 0));
  const first = labels.map((label) => random.normal() + label);
  // As good as the first, and correlated with it.
  const other = labels.map((label, i) => 0.6 * ((first[i] ?? 0) - label) + 0.8 * random.normal() + label);
  return [scored(first, labels), ...(second ? [scored(other, labels)] : [])];
}
const trueAuc = 0.7602499389065233;

/** The definition, pair by pair. */
function byDefinition({ scores, positive }: BinaryScores) {
  const of = (label: number) => Array.from(scores).filter((_, i) => positive[i] === label);
  const [x, y] = [of(1), of(0)];
  const psi = (a: number, b: number) => (a > b ? 1 : a === b ? 0.5 : 0);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const v10 = x.map((a) => mean(y.map((b) => psi(a, b))));
  const v01 = y.map((b) => mean(x.map((a) => psi(a, b))));
  return { auc: mean(v10), v10, v01, mean };
}

function covariance(a: ReturnType<typeof byDefinition>, b: ReturnType<typeof byDefinition>): number {
  const part = (u: readonly number[], v: readonly number[]) =>
    u.reduce((sum, value, i) => sum + (value - a.auc) * ((v[i] ?? 0) - b.auc), 0) / (u.length - 1) / u.length;
  return part(a.v10, b.v10) + part(a.v01, b.v01);
}

describe("DeLong", () => {
  it("equals the worked example of Stata's manual on Hanley and McNeil's ratings", () => {
    // Hanley and McNeil, Radiology 143, 1982, table I: 109 CT images in five ratings, 58 normal and 51 abnormal.
    // Stata's Base Reference Manual, roctab: area 0.8932, standard error 0.0307, interval 0.83295 to 0.95339.
    const ratings = (counts: readonly number[]) => counts.flatMap((n, i) => Array<number>(n).fill(i + 1));
    const [normal, abnormal] = [ratings([33, 6, 6, 11, 2]), ratings([3, 2, 2, 11, 33])];
    const { auc, standardError, interval } = aucInterval(
      scored([...normal, ...abnormal], [...normal.map(() => 0), ...abnormal.map(() => 1)]),
    );
    assert.equal(auc.toFixed(4), "0.8932");
    assert.equal(standardError.toFixed(4), "0.0307");
    assert.deepEqual(
      interval.map((end) => end.toFixed(5)),
      ["0.83295", "0.95339"],
    );
  });

  it("equals the definition, with ties", () => {
    const random = new Random(3);
    for (const [m, n] of [
      [2, 2],
      [15, 40],
      [60, 25],
    ] as const) {
      const [a, b] = drawn(random, m, n, true).map(({ scores, positive }) => ({
        scores: scores.map((score) => Math.round(score * 4) / 4),
        positive,
      }));
      assert.ok(a && b);
      const [u, v] = [byDefinition(a), byDefinition(b)];
      const nearly = (x: number, y: number) => {
        assert.ok(Math.abs(x - y) < 1e-12, `${x} is not ${y}`);
      };
      nearly(aucInterval(a).auc, u.auc);
      nearly(aucInterval(a).standardError ** 2, covariance(u, u));
      const { difference, standardError, z } = compareAucs(a, b);
      nearly(difference, u.auc - v.auc);
      nearly(standardError ** 2, covariance(u, u) + covariance(v, v) - 2 * covariance(u, v));
      nearly(z, difference / standardError);
    }
  });

  // 1000 simulations: a share of 0.95 has a standard deviation of 0.0069, so four of them are 0.028.
  it("covers the true area in 95% of samples, and finds a difference where there is none in 5%", () => {
    const random = new Random(5);
    let [covered, found] = [0, 0];
    for (let i = 0; i < 1000; i++) {
      const [a, b] = drawn(random, 80, 120, true);
      assert.ok(a && b);
      const [low, high] = aucInterval(a).interval;
      if (low <= trueAuc && trueAuc <= high) covered++;
      if (compareAucs(a, b).p < 0.05) found++;
    }
    assert.ok(Math.abs(covered / 1000 - 0.95) < 0.028, `${covered} of 1000`);
    assert.ok(Math.abs(found / 1000 - 0.05) < 0.028, `${found} of 1000`);
  });

  it("refuses sets of one class, and pairs that are none", () => {
    const alone = scored([1, 2, 3], [1, 1, 1]);
    assert.throws(() => aucInterval(alone), { name: "UserError", message: /3 positive and 0 negative/ });
    assert.throws(() => compareAucs(alone, scored([1, 2, 3], [1, 1, 0])), /not judged on the same items/);
    assert.throws(() => aucInterval(scored([1, NaN, 3, NaN], [1, 1, 0, 0])), /A score is not a number/);
  });
});

describe("bootstrap", () => {
  // 400 simulations: four standard deviations of 0.011. Percentiles of a skewed statistic fall a little short.
  it("covers the true area in about 95% of samples", () => {
    const random = new Random(9);
    let covered = 0;
    for (let i = 0; i < 400; i++) {
      const [sample] = drawn(random, 60, 60);
      assert.ok(sample);
      const [low, high] = estimates(sample, 0.5, { resamples: 200, seed: i }).auroc.interval;
      if (low <= trueAuc && trueAuc <= high) covered++;
    }
    assert.ok(Math.abs(covered / 400 - 0.945) < 0.044, `${covered} of 400`);
  });

  it("draws whole groups, which widens the interval of items that go together", () => {
    // Forty patients of five images each, all of them right or all wrong.
    const right = Array.from({ length: 200 }, (_, i) => (Math.floor(i / 5) % 4 === 0 ? 0 : 1));
    const groups = right.map((_, i) => `patient ${Math.floor(i / 5)}`);
    const accuracy = (weights: Float64Array) => ({
      accuracy:
        right.reduce<number>((sum, hit, i) => sum + hit * (weights[i] ?? 0), 0) /
        weights.reduce((a, b) => a + b, 0),
    });
    const width = ([low, high]: readonly [number, number]) => high - low;
    const alone = width(bootstrap(200, accuracy, { seed: 1 }).accuracy);
    const together = width(bootstrap(200, accuracy, { seed: 1, groups }).accuracy);
    const ratio = together / alone;
    assert.ok(Math.abs(ratio - Math.sqrt(5)) < 0.25, `${ratio} times as wide`);
  });

  it("gives the same interval for the same seed, and one of nothing where a number is never defined", () => {
    const statistics = (weights: Float64Array) => ({ first: weights[0] ?? 0, never: NaN });
    const one = bootstrap(10, statistics, { seed: 4 });
    assert.deepEqual(bootstrap(10, statistics, { seed: 4 }), one);
    assert.notDeepEqual(one.first, [0, 0]);
    assert.deepEqual(one.never, [NaN, NaN]);
  });

  it("refuses groups that do not fit and too few samples", async () => {
    const statistics = () => ({ one: 1 });
    await refuses(() => bootstrap(3, statistics, { groups: ["a"] }), "1 groups for 3 items");
    await refuses(() => bootstrap(3, statistics, { resamples: 10 }), "resamples is 10");
    await refuses(() => bootstrap(0, statistics), "0 items");
  });
});

describe("chooseThreshold", () => {
  const set = scored([0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9], [0, 0, 1, 0, 1, 0, 1, 1]);
  it("takes the highest threshold of the wished recall, by counting", () => {
    for (const [recall, threshold, fp] of [
      [1, 0.3, 2],
      [0.75, 0.6, 1],
      [0.5, 0.8, 0],
      [0.01, 0.9, 0],
    ] as const) {
      const chosen = chooseThreshold(set, { recall });
      assert.equal(chosen.threshold, threshold, `recall ${recall}`);
      assert.deepEqual(chosen.counts, countsAt(set, threshold));
      assert.equal(chosen.counts.fp, fp);
    }
  });
  it("takes the cheapest threshold for every cost, as trying all of them does", () => {
    for (const costOfMiss of [0.1, 0.6, 1, 1.5, 3, 50]) {
      const cost = (threshold: number) => {
        const { fn, fp } = countsAt(set, threshold);
        return costOfMiss * fn + fp;
      };
      const least = Math.min(...[...set.scores, Infinity].map(cost));
      assert.equal(cost(chooseThreshold(set, { costOfMiss }).threshold), least, `cost ${costOfMiss}`);
    }
  });
  it("takes Youden's", () => {
    assert.equal(chooseThreshold(set, "youden").threshold, 0.8);
  });
  it("refuses a rule that makes no sense and a set of one class", async () => {
    await refuses(() => chooseThreshold(set, { recall: 1.5 }), "recall is 1.5");
    await refuses(() => chooseThreshold(set, { costOfMiss: NaN }), "costOfMiss is NaN");
    await refuses(() => chooseThreshold(scored([0.5], [1]), "youden"), "1 positive and 0 negative");
  });
});

describe("predictiveValues", () => {
  it("are the test set's own at its own prevalence", () => {
    // The article's counts.
    const [tp, fn, fp, tn] = [385, 5, 61, 173];
    const { positive, negative } = predictiveValues(tp / (tp + fn), tn / (tn + fp), (tp + fn) / 624);
    assert.ok(Math.abs(positive - tp / (tp + fp)) < 1e-12);
    assert.ok(Math.abs(negative - tn / (tn + fn)) < 1e-12);
  });
  it("of one ill in a thousand leave few true alarms", () => {
    // 1000 tested, 1 ill and found; 10% of 999 are called in vain: 1 of 100.9.
    assert.ok(Math.abs(predictiveValues(1, 0.9, 0.001).positive - 1 / 100.9) < 1e-12);
    assert.ok(Number.isNaN(predictiveValues(0, 1, 0.5).positive));
  });
  it("refuse shares outside of 0 to 1", async () => {
    await refuses(() => predictiveValues(1.1, 0.5, 0.5), "recall is 1.1");
  });
});
