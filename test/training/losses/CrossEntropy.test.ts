import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CrossEntropy, crossEntropy } from "../../../src/training/losses/CrossEntropy.js";

const rounded = (values: Float32Array) => Array.from(values, (value) => Number(value.toFixed(5)));

describe("CrossEntropy", () => {
  it("wants the item's class and nothing else", () => {
    const loss = new CrossEntropy(3);
    const y = Int32Array.of(2, 0);
    assert.deepEqual(rounded(loss.targets(y)), [0, 0, 1, 1, 0, 0]);
    assert.deepEqual(rounded(loss.weights(y)), [1, 1]);
  });

  it("smooths as fast.ai: eps / c for every class, and 1 - eps more for the item's", () => {
    const loss = new CrossEntropy(4, { labelSmoothing: 0.1 });
    assert.deepEqual(rounded(loss.targets(Int32Array.of(1))), [0.025, 0.925, 0.025, 0.025]);
  });

  it("weights a mixed item by the classes it is made of", () => {
    const loss = new CrossEntropy(2, { classWeights: [3, 1] });
    const y = Int32Array.of(0, 1);
    const mix = { lambda: Float32Array.of(0.75, 1), permutation: Int32Array.of(1, 0) };
    assert.deepEqual(rounded(loss.weights(y, mix)), [2.5, 1]);
    // Of 2.5, 0.75 x 3 are class 0's.
    assert.deepEqual(rounded(loss.targets(y, mix)), [0.9, 0.1, 0, 1]);
  });

  it("refuses what it cannot be", () => {
    assert.throws(() => crossEntropy({ labelSmoothing: 1 }), /labelSmoothing is 1\..*from 0 and below 1/s);
    assert.throws(() => crossEntropy({ labelSmoothing: NaN }), /labelSmoothing is NaN/);
    assert.throws(() => crossEntropy({ classWeights: [1, -2] }), /classWeights\[1\] is -2\..*above 0/s);
    assert.throws(() => crossEntropy({ classWeights: [1, 2, 3] })(2), /3 numbers for 2 classes/);
    assert.throws(() => new CrossEntropy(2).weights(Int32Array.of(0, 7)), /class index 7; there are 2/);
  });
});
