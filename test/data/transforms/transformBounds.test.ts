import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UserError } from "../../../src/core/errors.js";
import {
  brightness,
  contrast,
  cropPad,
  dihedral,
  flipLr,
  getTransforms,
  rotate,
  symmetricWarp,
  zoom,
} from "../../../src/index.js";

describe("transforms", () => {
  it("refuse bounds that mean nothing, naming bound and value", () => {
    const wrong: readonly (readonly [make: () => unknown, message: RegExp])[] = [
      [() => rotate([NaN, 10]), /lower bound of degrees is NaN/],
      [() => rotate([10, -10]), /upper bound of degrees is -10[\s\S]*from 10/],
      [() => rotate([-10, Infinity]), /upper bound of degrees is Infinity/],
      [() => zoom([0, 2]), /lower bound of scale is 0/],
      [() => zoom([1, 2], 1, [-0.1, 1]), /lower bound of rowPct is -0.1/],
      [() => zoom([1, 2], 1, [0, 1], [0, 1.5]), /upper bound of colPct is 1.5/],
      [() => brightness([0, 0.5]), /lower bound of change is 0/],
      [() => brightness([0.5, 1]), /upper bound of change is 1/],
      [() => contrast([-1, 1]), /lower bound of scale is -1/],
      [() => symmetricWarp([-1, 0.2]), /lower bound of magnitude is -1/],
      [() => cropPad([0, 2]), /upper bound of rowPct is 2/],
      [() => flipLr(1.5), /p is 1.5/],
      [() => dihedral(NaN), /p is NaN/],
      [() => rotate([-10, 10], -0.5), /p is -0.5/],
    ];
    for (const [make, message] of wrong) {
      assert.throws(make, (error) => error instanceof UserError && message.test(error.message), String(make));
    }
  });

  it("take all that getTransforms allows, and fixed values", () => {
    for (const options of [
      { maxRotate: 360, maxZoom: 100, maxLighting: 0.99, maxWarp: 0.99, pAffine: 0, pLighting: 1 },
      { flipVert: true, maxRotate: 0, maxZoom: 1, maxLighting: 0, maxWarp: 0 },
    ]) {
      assert.ok(getTransforms(options).train.length >= 2);
    }
    assert.deepEqual(rotate([30, 30], 0.5), { name: "rotate", p: 0.5, degrees: [30, 30] });
    assert.deepEqual(zoom([0.5, 0.5]).rowPct, [0, 1]);
  });
});
