import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { spreadOf } from "../../src/statistics/spread.js";
import { studentT } from "../../src/statistics/studentT.js";
import { refuses } from "../support/refuses.js";

describe("Student's t", () => {
  // By bisection of the regularised incomplete beta function in 40 digits (mpmath 1.3).
  for (const [degrees, coverage, quantile] of [
    [1, 0.95, 12.706204736175],
    [2, 0.95, 4.3026527297495],
    [3, 0.95, 3.1824463052837],
    [4, 0.95, 2.7764451051978],
    [4.5, 0.95, 2.6589123472044],
    [9, 0.95, 2.2621571627982],
    [30, 0.95, 2.0422724563012],
    [31, 0.95, 2.0395134463964],
    [60, 0.95, 2.0002978220143],
    [119.5, 0.95, 1.9800147826873],
    [120, 0.95, 1.9799304050824],
    [427, 0.95, 1.9655351679957],
    [1000, 0.95, 1.9623390808264],
    [100000, 0.95, 1.9599877075346],
    [1e15, 0.95, 1.959963984540054],
    [1, 0.5, 1],
    [5, 0.99, 4.0321429835552],
    [10, 0.999, 4.5868938587026],
    [2, 0.9999, 99.992499843745],
  ] as const) {
    it(`${degrees} degrees of freedom, ${100 * coverage}%`, () => {
      const found = studentT(degrees, coverage);
      assert.ok(Math.abs(found / quantile - 1) < 1e-10, `${found}`);
    });
  }

  it("refuses what has no quantile", async () => {
    await refuses(() => studentT(0.5), "degrees is 0.5.");
    await refuses(() => studentT(3, 1), "coverage is 1.");
  });
});

describe("a spread", () => {
  it("has Student's interval", () => {
    // scipy.stats.t.interval(0.95, 3, 2.5, sqrt(5 / 3) / 2)
    const { mean, standardDeviation, interval } = spreadOf([1, 2, 3, 4]);
    assert.equal(mean, 2.5);
    assert.ok(Math.abs(standardDeviation - 1.2909944487) < 1e-9);
    assert.ok(Math.abs(interval[0] - 0.445739743) < 1e-8 && Math.abs(interval[1] - 4.554260257) < 1e-8);
  });

  it("of one value, or of none, is unknown", () => {
    assert.deepEqual(spreadOf([1]), { mean: 1, standardDeviation: NaN, interval: [NaN, NaN] });
    assert.deepEqual(spreadOf([]), { mean: NaN, standardDeviation: NaN, interval: [NaN, NaN] });
  });
});
