import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { farthest, meanDifference, pairs } from "../../src/parity/pairs.js";

describe("numbers beside fastai's", () => {
  it("differ most at one place, and on average", () => {
    const all = pairs([1, 5, 3], [1, 2, 4]);
    assert.deepEqual(farthest(all), { ours: 5, fastai: 2, difference: 3 });
    assert.equal(meanDifference(all), 4 / 3);
  });

  it("differ most where one is NaN or missing, wherever that is", () => {
    for (const ours of [
      [NaN, 9, 9],
      [9, NaN, 9],
      [9, 9],
    ]) {
      const all = pairs(ours, [0, 0, 0]);
      assert.ok(Number.isNaN(farthest(all).difference));
      assert.ok(Number.isNaN(meanDifference(all)));
    }
  });
});
