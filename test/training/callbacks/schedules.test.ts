import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lrFindRate } from "../../../src/training/callbacks/LRFinder.js";
import { oneCycle } from "../../../src/training/callbacks/OneCycleScheduler.js";
import { lrRange, slice } from "../../../src/training/optimizers/slice.js";
import { SmoothenValue } from "../../../src/training/recorder/SmoothenValue.js";

function nearly(actual: number, expected: number): void {
  assert.ok(Math.abs(actual / expected - 1) < 1e-6, `${actual} is not ${expected}`);
}

describe("schedules", () => {
  // n = 100, highest rate 3e-3: computed from fast.ai's formulas.
  const cycle: [k: number, lr: number, mom: number][] = [
    [0, 1.2e-4, 0.95],
    [1, 1.278885e-4, 0.949726],
    [15, 1.56e-3, 0.9],
    [30, 3e-3, 0.85],
    [31, 2.99849e-3, 0.85005],
    [65, 1.500006e-3, 0.9],
    [99, 1.522394e-6, 0.94995],
  ];
  for (const [k, lr, mom] of cycle) {
    it(`one cycle, step ${k} of 100`, () => {
      const at = oneCycle(k, 100, 3e-3);
      assert.ok(Math.abs(at.lr / lr - 1) < 1e-5, `${at.lr} is not ${lr}`);
      assert.ok(Math.abs(at.mom - mom) < 1e-6, `${at.mom} is not ${mom}`);
    });
  }

  it("gives a rise of no length one step, as fast.ai does", () => {
    nearly(oneCycle(0, 3, 1).lr, 1 / 25);
    nearly(oneCycle(1, 3, 1).lr, 1);
  });

  it("lr_find grows geometrically and never uses its end", () => {
    nearly(lrFindRate(0), 1e-7);
    nearly(lrFindRate(50), 1e-3);
    nearly(lrFindRate(99), 8.3176377);
  });

  it("smoothed loss", () => {
    const smooth = new SmoothenValue();
    const values = [1, 0.5, 2].map((loss) => smooth.add(loss));
    [1, 0.747475, 1.173446].forEach((expected, i) => {
      assert.ok(Math.abs((values[i] ?? NaN) - expected) < 1e-6);
    });
  });
});

describe("slice over layer groups", () => {
  it("goes from a to b in equal ratios", () => {
    [1e-6, 1e-5, 1e-4].forEach((rate, i) => {
      nearly(lrRange(slice(1e-6, 1e-4), 3)[i] ?? NaN, rate);
    });
  });
  it("gives all but the last a tenth", () => {
    [3e-4, 3e-4, 3e-3].forEach((rate, i) => {
      nearly(lrRange(slice(3e-3), 3)[i] ?? NaN, rate);
    });
  });
  it("takes one number, or one a group", () => {
    assert.deepEqual(lrRange(0.1, 3), [0.1, 0.1, 0.1]);
    assert.deepEqual(lrRange([1, 2, 3], 3), [1, 2, 3]);
  });
  for (const bad of [NaN, 0, -1, Infinity]) {
    it(`refuses ${bad}`, () => {
      assert.throws(() => lrRange(bad, 3), { name: "UserError", message: new RegExp(`${bad}`) });
    });
  }
  it("refuses more rates than groups", () => {
    assert.throws(() => lrRange([1, 2, 3, 4], 3), /4 learning rates for 3 layer groups/);
  });
});
