import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Pixels } from "../../../src/data/images/Pixels.js";
import { render, isRenderable } from "../../../src/data/loading/render.js";
import { isAveraged, toCachedImage } from "../../../src/data/loading/CachedImage.js";
import { ImageCache } from "../../../src/data/loading/ImageCache.js";
import { getTransforms } from "../../../src/data/transforms/getTransforms.js";
import { planSteps } from "../../../src/data/transforms/plan.js";
import { drawSteps } from "../../../src/data/transforms/Transform.js";
import { zoomStep } from "../../../src/data/transforms/zoom.js";
import { Random } from "../../../src/core/Random.js";

describe("an image kept in memory", () => {
  const height = 300;
  const width = 341;
  const data = Uint8Array.from(
    { length: height * width },
    (_, k) => 128 + 120 * Math.sin(k / 17) * Math.cos(k / 5000),
  );
  const image: Pixels = { data, height, width, channels: 1 };

  for (const size of [32, 64, 120, 200]) {
    it(`renders the same pixels as the file at size ${size}`, () => {
      const source = toCachedImage(image, size);
      assert.equal(isAveraged(source), size < 125);
      for (let i = 0; i < 10; i++) {
        const plan = planSteps(height, width, size, drawSteps(getTransforms().train, new Random(1, i)));
        assert.ok(isRenderable(source, plan));
        const [kept, fresh] = [new Float32Array(size * size), new Float32Array(size * size)];
        render(source, plan, kept);
        render(image, plan, fresh);
        assert.deepEqual(kept, fresh);
      }
    });
  }

  it("does not serve a draw that zooms in beyond its detail", () => {
    const source = toCachedImage(image, 120);
    assert.ok(!isRenderable(source, planSteps(height, width, 120, [zoomStep(2, 0.5, 0.5)])));
  });

  it("stays within the memory allowed", () => {
    const cache = new ImageCache(150_000);
    cache.offer("a", toCachedImage(image, 200));
    cache.offer("b", toCachedImage(image, 200));
    assert.ok(cache.get("a"));
    assert.equal(cache.get("b"), undefined);
  });
});
