import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random } from "../../src/core/Random.js";
import { mixUp } from "../../src/training/mixUp.js";

describe("mixUp", () => {
  for (const alpha of [0.01, 0.4, 1, 3]) {
    it(`draws shares from the upper half of Beta(${alpha}, ${alpha})`, () => {
      const n = 20_000;
      const { lambda } = mixUp(alpha, new Random(5))(n);
      assert.ok(lambda.every((share) => share >= 0.5 && share <= 1));
      // Of Beta(a, a): mean 1/2, variance 1 / (4 (2a + 1)), which folding at 1/2 leaves as the mean square distance.
      const spread = lambda.reduce((sum, share) => sum + (share - 0.5) ** 2, 0) / n;
      const expected = 1 / (4 * (2 * alpha + 1));
      // Five standard errors; the square is in [0, 1/4], so its deviation is at most 1/8.
      assert.ok(Math.abs(spread - expected) < (5 * 0.125) / Math.sqrt(n), `${spread} beside ${expected}`);
    });
  }

  it("permutes the batch, and draws the same for the same seed", () => {
    const draw = () => mixUp(0.4, new Random(1))(16);
    assert.deepEqual(draw(), draw());
    assert.deepEqual(
      [...draw().permutation].sort((a, b) => a - b),
      Array.from({ length: 16 }, (_, i) => i),
    );
  });
});
