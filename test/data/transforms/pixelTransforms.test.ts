import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { render } from "../../../src/data/loading/render.js";
import { cutout } from "../../../src/data/transforms/cutout.js";
import { jitter } from "../../../src/data/transforms/jitter.js";
import { planSteps } from "../../../src/data/transforms/plan.js";
import { randPad } from "../../../src/data/transforms/randPad.js";
import { drawSteps, type Transform } from "../../../src/data/transforms/Transform.js";
import { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { Random } from "../../../src/core/Random.js";
import { refuses } from "../../support/refuses.js";
import { smallSet } from "../../support/folders.js";

const size = 16;
/** Grey, rising to the right by one in 255 a pixel. */
const slope = Uint8Array.from({ length: size * size }, (_, k) => 100 + (k % size));

function rendered(transforms: readonly Transform[], seed = 1): Float32Array {
  const out = new Float32Array(size * size);
  const plan = planSteps(size, size, size, drawSteps(transforms, new Random(seed)));
  render({ data: slope, height: size, width: size, channels: 1 }, plan, out);
  return out;
}

describe("cutout", () => {
  it("blackens a square, and nothing else", () => {
    const [plain, cut] = [rendered([]), rendered([cutout([1, 1], [6, 6], 1)])];
    const black = [...cut.keys()].filter((k) => cut[k] === 0);
    assert.ok(black.length > 0 && black.length <= 36, `${black.length} pixels`);
    const rows = new Set(black.map((k) => Math.floor(k / size)));
    const columns = new Set(black.map((k) => k % size));
    assert.equal(black.length, rows.size * columns.size, "they are a rectangle");
    cut.forEach((value, k) => {
      if (value !== 0) assert.equal(value, plain[k]);
    });
  });
});

describe("jitter", () => {
  it("moves each pixel a little, by the seed", () => {
    const moved = rendered([jitter([0.1, 0.1], 1)]);
    assert.deepEqual(rendered([jitter([0.1, 0.1], 1)]), moved);
    assert.notDeepEqual(rendered([jitter([0.1, 0.1], 1)], 2), moved);
    const plain = rendered([]);
    // 0.1 of half a side: under a pixel, and a pixel is 1 / 255.
    const middle = [...plain.keys()].filter((k) => k % size > 1 && k % size < size - 2);
    for (const k of middle) {
      assert.ok(Math.abs((moved[k] ?? NaN) - (plain[k] ?? NaN)) <= (0.1 * size) / 2 / 255 + 1e-6);
    }
    assert.ok(middle.some((k) => Math.abs((moved[k] ?? NaN) - (plain[k] ?? NaN)) > 1e-4));
  });
});

describe("randPad", () => {
  it("moves the image about by up to its padding", () => {
    const shifts = new Set<number>();
    for (let seed = 0; seed < 40; seed++) {
      const out = rendered(randPad(3, size, "zeros"), seed);
      const from = out.findIndex((value) => value > 0) % size;
      shifts.add(Math.round((out[8 * size + 8] ?? 0) * 255) - 108);
      assert.ok(from >= 0 && from <= 3);
    }
    assert.deepEqual(
      [...shifts].sort((a, b) => a - b),
      [-3, -2, -1, 0, 1, 2, 3],
    );
  });
});

describe("resizing options", () => {
  it("are refused when there are none of that name", async () => {
    const set = smallSet(2, 1);
    const options = { valid: "test", size: 32, bs: 2, numWorkers: 0 };
    await refuses(
      ImageDataBunch.fromFolder(set, { ...options, resizeMethod: "stretch" as "squish" }),
      "resizeMethod",
      "stretch",
    );
    await refuses(
      ImageDataBunch.fromFolder(set, { ...options, paddingMode: "wrap" as "zeros" }),
      "paddingMode",
      "wrap",
    );
  });
});
