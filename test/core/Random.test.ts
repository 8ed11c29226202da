import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random } from "../../src/core/Random.js";

const draws = (random: Random, n: number) => Array.from({ length: n }, () => random.uniform());

describe("Random", () => {
  it("repeats with its seed and differs with any part of the stream", () => {
    const first = draws(new Random(5, 1, 2), 10);
    assert.deepEqual(draws(new Random(5, 1, 2), 10), first);
    for (const other of [new Random(6, 1, 2), new Random(5, 1, 3), new Random(5, 2, 1), new Random(5)]) {
      assert.notDeepEqual(draws(other, 10), first);
    }
  });

  it("is uniform: mean, variance and tenths of 100,000 draws", () => {
    const values = draws(new Random(1), 100_000);
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
    assert.ok(Math.abs(mean - 0.5) < 0.004, `mean ${mean}`);
    assert.ok(Math.abs(variance - 1 / 12) < 0.002, `variance ${variance}`);
    const tenths = new Array<number>(10).fill(0);
    for (const v of values) tenths[Math.floor(10 * v)] = (tenths[Math.floor(10 * v)] ?? 0) + 1;
    assert.ok(
      tenths.every((n) => Math.abs(n - 10_000) < 400),
      tenths.join(" "),
    );
  });

  it("is normal where asked: mean 0, deviation 1, 68% within one", () => {
    const random = new Random(2);
    const values = Array.from({ length: 50_000 }, () => random.normal());
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
    const within = values.filter((v) => Math.abs(v) < 1).length / values.length;
    assert.ok(Math.abs(mean) < 0.02 && Math.abs(deviation - 1) < 0.02 && Math.abs(within - 0.6827) < 0.01);
  });

  it("permutes: every index once", () => {
    const order = new Random(3).permutation(50);
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      Array.from({ length: 50 }, (_, i) => i),
    );
    assert.notDeepEqual(order, new Random(4).permutation(50));
  });

  it("goes on from a state it was in", () => {
    const random = new Random(3);
    draws(random, 5);
    const { state } = random;
    const next = draws(random, 5);
    random.state = state;
    assert.deepEqual(draws(random, 5), next);
  });

  it("refuses a seed that is no integer", () => {
    assert.throws(() => new Random(0.5), /^UserError: The seed of Random is 0\.5\.\nGive whole numbers/);
    assert.throws(() => new Random(NaN), /is NaN\./);
  });
});
