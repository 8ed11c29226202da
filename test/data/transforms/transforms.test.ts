import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { areaAverage } from "../../../src/data/transforms/areaAverage.js";
import { brightnessStep } from "../../../src/data/transforms/brightness.js";
import { contrastStep } from "../../../src/data/transforms/contrast.js";
import { cropPadStep, cropStart } from "../../../src/data/transforms/cropPad.js";
import { dihedralStep } from "../../../src/data/transforms/dihedral.js";
import { flipLrStep } from "../../../src/data/transforms/flipLr.js";
import { getTransforms } from "../../../src/data/transforms/getTransforms.js";
import { applyTo } from "../../../src/data/transforms/matrix.js";
import { averagedSize, planSteps, resizeTarget, shrinkage } from "../../../src/data/transforms/plan.js";
import { relight } from "../../../src/data/transforms/relight.js";
import { resample } from "../../../src/data/transforms/resample.js";
import { rotate, rotateStep } from "../../../src/data/transforms/rotate.js";
import type { TransformStep } from "../../../src/data/transforms/TransformStep.js";
import { symmetricWarpStep } from "../../../src/data/transforms/symmetricWarp.js";
import { drawSteps } from "../../../src/data/transforms/Transform.js";
import { zoomStep } from "../../../src/data/transforms/zoom.js";
import { Random } from "../../../src/core/Random.js";
import { UserError } from "../../../src/core/errors.js";

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (const [k, value] of Array.from(expected).entries()) {
    assert.ok(Math.abs((actual[k] ?? NaN) - value) <= tolerance, `${k}: ${actual[k] ?? NaN}, not ${value}`);
  }
}

/** Expected numbers are computed from the formulas of fastai v1 (`vision/transform.py`, `vision/image.py`). */
describe("geometry", () => {
  const targets: [height: number, width: number, size: number, target: [number, number]][] = [
    [1858, 2090, 224, [224, 252]],
    [1152, 1422, 224, [224, 276]], // 276.5: half to even
    [300, 200, 200, [300, 200]],
    [100, 50, 25, [50, 25]],
    [224, 224, 112, [112, 112]],
  ];
  for (const [height, width, size, target] of targets) {
    it(`resizes ${height} x ${width} to ${target.join(" x ")} for ${size}`, () => {
      assert.deepEqual(resizeTarget(height, width, size), target);
    });
  }

  // As PyTorch 2.13's F.interpolate(scale_factor=1/d, mode="area") has them; each floor meets a near-whole number.
  const intermediates: [height: number, width: number, size: number, d: number, area?: [number, number]][] = [
    [1858, 2090, 224, 4.146825, [448, 503]],
    [1152, 1422, 224, 2.571429, [447, 552]],
    [300, 500, 224, 0.669643],
  ];
  for (const [height, width, size, d, area] of intermediates) {
    it(`averages ${height} x ${width} to ${area?.join(" x ") ?? "nothing"} before sampling at ${size}`, () => {
      const target = resizeTarget(height, width, size);
      close([shrinkage(height, width, ...target)], [d], 1e-6);
      const found = averagedSize(height, width, ...target, 1);
      assert.deepEqual(found && [found.height, found.width], area);
    });
  }

  it("samples the image itself when the zoom is as strong as the shrinkage", () => {
    const factor = 2.2; // d = 1.1
    const side = Math.round(100 * factor);
    assert.ok(planSteps(side, side, 100, []).averaged);
    assert.equal(planSteps(side, side, 100, [zoomStep(1.19, 0.5, 0.5)]).averaged, undefined);
  });

  it("composes rotation and zoom and corrects the aspect", () => {
    // H' = 300, W' = 200 is what a 300 x 200 image has at size 200.
    const steps: TransformStep[] = [rotateStep(10), zoomStep(1.1, 0.25, 0.75)];
    const { matrix } = planSteps(300, 200, 200, steps);
    assert.ok(matrix);
    close(matrix.slice(0, 6), [0.89528, -0.236793, 0.052657, 0.105241, 0.89528, -0.036871], 1e-6);
    close(applyTo(matrix, 0.5, -0.25), [0.559495, -0.20807], 1e-6);
  });

  it("solves the symmetric warp's homography", () => {
    const { matrix } = symmetricWarpStep([0.1, -0.05, 0.02, 0.2]);
    const expected = [0.900901, -0.011716, 0.074144, -0.010819, 0.97561, -0.08196, 0.066797, -0.079961, 1];
    close(matrix, expected, 1e-6);
    close(applyTo(matrix, 0.5, -0.25), [0.500788, -0.314482], 1e-6);
    close(applyTo(matrix, -1.2, -0.95), [-1, -1], 1e-9);
  });

  const crops: [length: number, size: number, pct: number, start: number][] = [
    [252, 224, 0.5, 14],
    [252, 224, 0, 0],
    [252, 224, 1, 28],
    [224, 224, 0.99, 0],
  ];
  for (const [length, size, pct, start] of crops) {
    it(`crops ${size} of ${length} at ${pct} from ${start}`, () => {
      assert.equal(cropStart(length, size, pct), start);
    });
  }

  it("knows the eight flips and quarter turns", () => {
    assert.deepEqual(applyTo(dihedralStep(0).matrix, 0.5, -0.25), [0.5, -0.25]);
    assert.deepEqual(applyTo(dihedralStep(1).matrix, 0.5, -0.25), [-0.5, -0.25]);
    assert.deepEqual(applyTo(dihedralStep(6).matrix, 0.5, -0.25), [-0.25, -0.5]);
    const all = Array.from({ length: 8 }, (_, k) => applyTo(dihedralStep(k).matrix, 0.5, -0.25).join());
    assert.equal(new Set(all).size, 8);
  });
});

describe("pixels", () => {
  const lights: [p: number, change: number, scale: number, result: number][] = [
    [0.25, 0.6, 1.25, 0.295997],
    [0.5, 0.4, 0.8, 0.419611],
  ];
  for (const [p, change, scale, result] of lights) {
    it(`turns ${p} into ${result} with brightness ${change} and contrast ${scale}`, () => {
      const { lighting } = planSteps(8, 8, 8, [brightnessStep(change), contrastStep(scale)]);
      assert.ok(lighting);
      const pixels = Float32Array.of(p);
      relight(pixels, 1, lighting.scale, lighting.shift);
      close(pixels, [result], 1e-6);
    });
  }

  it("keeps black and white finite", () => {
    const pixels = Float32Array.of(0, 1);
    relight(pixels, 2, 1.25, 0.4);
    close(pixels, [0, 1], 1e-6);
  });

  for (const [scale, shift] of [
    [1, 0.4],
    [0.8, -0.4],
    [1.1, 0],
    [1.25, 0.4],
  ] as const) {
    it(`lights every grey as the formula does, at contrast ${scale} and shift ${shift}`, () => {
      const pixels = Float32Array.from({ length: 20_001 }, (_, k) => k / 20_000);
      const expected = Array.from(pixels, (value) => {
        const p = Math.min(Math.max(value, 1e-7), 1 - 1e-7);
        return 1 / (1 + Math.exp(-(scale * Math.log(p / (1 - p)) + shift)));
      });
      relight(pixels, pixels.length, scale, shift);
      close(pixels, expected, 1e-6);
    });
  }

  it("averages over overlapping bins", () => {
    // 5 rows to 2: rows 0..2 and 2..4; 3 columns to 3.
    const source = Uint8Array.from({ length: 15 }, (_, k) => k);
    const out = new Float32Array(6);
    areaAverage(source, 5, 3, 1, out, 2, 3);
    close(out, [3, 4, 5, 9, 10, 11], 1e-6);
  });

  it("averages bins of hundreds of rows, in colour, to the last bit", () => {
    const [height, width, channels] = [700, 7, 3];
    const source = Uint8Array.from({ length: height * width * channels }, (_, k) => 255 - (k % 11));
    const out = new Float32Array(channels);
    areaAverage(source, height, width, channels, out, 1, 1);
    const means = [0, 1, 2].map(
      (c) => source.reduce((sum, value, k) => sum + (k % channels === c ? value : 0), 0) / (height * width),
    );
    close(out, means, 1e-4);
  });

  it("reflects about the centres of the edge pixels", () => {
    // Three columns 0, 1, 2 zoomed out by two: coordinates -2..2 show 1 0 1 2 1 at every half.
    const source = Float32Array.of(0, 1, 2, 0, 1, 2, 0, 1, 2);
    const out = new Float32Array(9);
    resample(source, 3, 3, 1, planSteps(3, 3, 3, [zoomStep(0.5, 0.5, 0.5)]), out);
    close(out, [1, 1, 1, 1, 1, 1, 1, 1, 1], 1e-6);
    resample(source, 3, 3, 1, planSteps(3, 3, 3, [zoomStep(0.8, 0.5, 0.5)]), out);
    close(out.subarray(0, 3), [0.25, 1, 1.75], 1e-6);
  });

  it("reverses the rows exactly, and leaves pixels alone when nothing resizes them", () => {
    const source = Float32Array.from({ length: 12 }, (_, k) => k);
    const out = new Float32Array(9);
    resample(source, 3, 4, 1, planSteps(3, 4, 3, [flipLrStep, cropPadStep(0.5, 1)]), out);
    assert.deepEqual([...out], [2, 1, 0, 6, 5, 4, 10, 9, 8]);
  });
});

describe("getTransforms", () => {
  it("has fast.ai's defaults", () => {
    const { train, valid } = getTransforms();
    assert.deepEqual(
      train.map(({ name, p }) => [name, p]),
      [
        ["cropPad", 1],
        ["flipLr", 0.5],
        ["symmetricWarp", 0.75],
        ["rotate", 0.75],
        ["zoom", 0.75],
        ["brightness", 0.75],
        ["contrast", 0.75],
      ],
    );
    assert.deepEqual(valid, [{ name: "cropPad", p: 1, rowPct: [0.5, 0.5], colPct: [0.5, 0.5] }]);
  });

  it("leaves out what changes nothing and adds what is asked for", () => {
    const options = { doFlip: false, maxRotate: 0, maxZoom: 1, maxLighting: 0, maxWarp: 0 };
    const names = getTransforms({ ...options, xtraTfms: [rotate([-30, 30], 0.5)] }).train.map(
      ({ name }) => name,
    );
    assert.deepEqual(names, ["cropPad", "rotate"]);
    const flips = getTransforms({ flipVert: true }).train.map(({ name }) => name);
    assert.ok(flips.includes("dihedral") && !flips.includes("flipLr"));
  });

  it("runs warp, rotation, zoom, light, flip, crop in this order, each about as often as its p", () => {
    const { train } = getTransforms();
    let coins = 0;
    for (let i = 0; i < 400; i++) {
      const orders = drawSteps(train, new Random(5, i)).map(({ order }) => order);
      assert.deepEqual(
        orders,
        [...orders].sort((a, b) => a - b),
      );
      assert.equal(orders.at(-1), 99);
      if (orders.includes(4)) coins++;
    }
    assert.ok(coins > 270 && coins < 330, `${coins} of 400`);
  });

  it("refuses values out of range", () => {
    assert.throws(() => getTransforms({ maxLighting: 1.5 }), UserError);
    assert.throws(() => getTransforms({ pAffine: NaN }), /pAffine is NaN/);
  });
});
