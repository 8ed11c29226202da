import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { binomialQuantile } from "../../src/statistics/binomial.js";
import { bootstrapSeeds } from "../../src/statistics/bootstrapSeeds.js";
import { compareSeeds, seedsNeeded } from "../../src/statistics/compareSeeds.js";
import { Random } from "../../src/core/Random.js";
import { mean } from "../../src/statistics/sum.js";
import { refuses } from "../support/refuses.js";

const near = (found: number, wanted: number, tolerance = 1e-10): void => {
  assert.ok(Math.abs(found - wanted) <= tolerance, `${found}, and ${wanted}`);
};

describe("two recipes paired by seed", () => {
  // p, Student's interval and Wilson's by SciPy 1.17 (permutation_test, ttest_rel) and statsmodels; error rates.
  const cases = [
    {
      name: "five seeds",
      a: [0.147, 0.152, 0.139, 0.158, 0.144],
      b: [0.155, 0.151, 0.149, 0.171, 0.15],
      ...{ difference: -0.0072, p: 0.125, smallestP: 0.0625, wins: 4, ties: 0, probability: 0.8 },
      ...{ student: [-0.0137349756479, -0.000665024352084], percentiles: [0.4, 1] },
      wilson: [0.375534629763, 0.963775891368],
    },
    {
      name: "always better",
      a: [0.1, 0.11, 0.12, 0.13, 0.14],
      b: [0.12, 0.12, 0.15, 0.14, 0.19],
      ...{ difference: -0.024, p: 0.0625, smallestP: 0.0625, wins: 5, ties: 0, probability: 1 },
      ...{ student: [-0.0447770126737, -0.00322298732633], percentiles: [1, 1] },
      wilson: [0.565517535217, 1],
    },
    {
      name: "ten seeds, one of them equal",
      a: [0.21, 0.19, 0.23, 0.2, 0.22, 0.18, 0.24, 0.2, 0.21, 0.19],
      b: [0.22, 0.19, 0.22, 0.23, 0.24, 0.21, 0.23, 0.22, 0.25, 0.2],
      ...{ difference: -0.014, p: 0.05078125, smallestP: 0.001953125, wins: 7, ties: 1, probability: 0.75 },
      ...{ student: [-0.0262519011119, -0.00174809888807], percentiles: [0.4, 1] },
      wilson: [0.396778147461, 0.892208732594],
    },
    {
      name: "all equal",
      a: [0.2, 0.2, 0.2],
      b: [0.2, 0.2, 0.2],
      ...{ difference: 0, p: 1, smallestP: 0.25, wins: 0, ties: 3, probability: 0.5 },
      ...{ student: [0, 0], percentiles: [0, 0], wilson: [0, 0.561497031755] },
    },
    {
      name: "one seed",
      a: [0.2],
      b: [0.3],
      ...{ difference: -0.1, p: 1, smallestP: 1, wins: 1, ties: 0, probability: 1 },
      ...{ student: [NaN, NaN], percentiles: [1, 1], wilson: [0.206549314377, 1] },
    },
  ];
  for (const { name, a, b, difference, student, percentiles, wilson, ...wanted } of cases) {
    it(name, () => {
      const found = compareSeeds(a, b, { higherIsBetter: false });
      near(found.difference.mean, difference);
      const { wins, ties, smallestP } = found;
      assert.deepEqual(
        { wins, ties, smallestP, p: found.p, probability: found.probability },
        { ...wanted, p: wanted.p, probability: wanted.probability },
      );
      student.forEach((end, i) => {
        if (Number.isNaN(end)) assert.ok(Number.isNaN(found.difference.interval[i]));
        else near(found.difference.interval[i] ?? NaN, end, 1e-9);
      });
      percentiles.forEach((end, i) => {
        near(found.percentiles[i] ?? NaN, end);
      });
      wilson.forEach((end, i) => {
        near(found.wilson[i] ?? NaN, end, 1e-9);
      });
    });
  }

  it("of many seeds draws signs, and agrees with Student's test", () => {
    const random = new Random(3, 0);
    const a = Array.from({ length: 40 }, () => 0.15 + 0.01 * random.normal());
    const b = a.map((value, i) => value + 0.01 * Math.sin(7 * i) + 0.0023);
    const { p, difference } = compareSeeds(a, b);
    // -0.00299 with a standard error of 0.00112: scipy.stats.t.sf(2.672, 39) * 2 is 0.0110.
    near(p, 0.011, 0.002);
    near(difference.mean / (difference.standardDeviation / Math.sqrt(40)), -2.672, 1e-3);
  });

  it("refuses what cannot be paired", async () => {
    await refuses(() => compareSeeds([1, 2], [1]), "2 and 1 values cannot be paired.");
    await refuses(() => compareSeeds([], []), "0 and 0 values cannot be paired.");
  });
});

describe("how many seeds a difference needs", () => {
  it("is what the power of Student's paired test says", () => {
    // statsmodels 0.14: TTestPower().solve_power(effect_size, alpha=0.05, power=0.8) gives 9.94 and 33.37.
    assert.equal(seedsNeeded(0.01, 0.01), 10);
    assert.equal(seedsNeeded(0.02, 0.01), 34);
  });

  it("is at least two, and unknown where the spread is", () => {
    assert.equal(seedsNeeded(0, 0.01), 2);
    assert.ok(Number.isNaN(seedsNeeded(NaN, 0.01)));
  });
});

describe("the binomial distribution", () => {
  it("is SciPy's", () => {
    // scipy.stats.binom.cdf and ppf
    // cdf(2, 59, 0.05) is 0.4289280308072.
    assert.equal(binomialQuantile(0.428928030807, 59, 0.05), 2);
    assert.equal(binomialQuantile(0.428928030808, 59, 0.05), 3);
    assert.equal(binomialQuantile(0.95 ** 59 - 1e-14, 59, 0.05), 0);
    assert.equal(binomialQuantile(0.95 ** 59 + 1e-14, 59, 0.05), 1);
    assert.equal(binomialQuantile(0.025, 5, 0.8), 2);
    assert.equal(binomialQuantile(0.975, 5, 0.8), 5);
    assert.equal(binomialQuantile(1, 5, 1), 5);
  });
});

describe("an interval over seeds and items", () => {
  const value = (seed: number, weights: Float64Array, numbers: readonly number[]): number => {
    let [total, of] = [0, 0];
    weights.forEach((weight, i) => {
      total += weight * (numbers[i] ?? 0);
      of += weight;
    });
    return total / of + seed / 100;
  };

  it("is as wide as the items' luck where all seeds agree, and wider where items come in groups", () => {
    const random = new Random(5, 0);
    const groups = Array.from({ length: 200 }, (_, i) => `patient ${Math.floor(i / 4)}`);
    const numbers = groups
      .flatMap((_, i) => (i % 4 === 0 ? [random.normal()] : []))
      .flatMap((x) => [x, x, x, x]);
    const interval = (options: { groups?: string[] }) =>
      bootstrapSeeds(1, 200, (_, weights) => ({ mean: value(0, weights, numbers) }), options).mean;
    const standardError = (n: number) => Math.sqrt(mean(numbers.map((x) => (x - mean(numbers)) ** 2)) / n);
    const width = ([low, high]: readonly [number, number]) => (high - low) / 2 / 1.96;
    near(width(interval({})) / standardError(200), 1, 0.1);
    near(width(interval({ groups })) / standardError(50), 1, 0.1);
  });

  it("has the seeds' luck in it", () => {
    const numbers = new Array<number>(50).fill(1);
    const { mean: interval } = bootstrapSeeds(5, 50, (seed, weights) => ({
      mean: value(seed, weights, numbers),
    }));
    // Means of five of 1.00 to 1.04: a standard error of 0.0063.
    assert.ok(interval[0] < 1.012 && interval[0] > 1.003, String(interval));
    assert.ok(interval[1] > 1.028 && interval[1] < 1.037, String(interval));
  });
});
