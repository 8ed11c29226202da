import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot } from "../../src/core/environment.js";
import { fitMultinomial } from "../../src/statistics/fitMultinomial.js";

interface Case {
  readonly width: number;
  readonly c: number;
  readonly inverseStrength: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly rows: readonly number[];
  readonly probs: readonly number[];
}

// Made by multinomial.py.
const file = path.join(projectRoot, "test", "statistics", "multinomial.json");
const cases = Object.entries(JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, Case>>);

describe("multinomial logistic regression beside scikit-learn", () => {
  for (const [name, { width, c, inverseStrength, x, y, rows, probs }] of cases) {
    it(name, async () => {
      const features = Float32Array.from(x);
      const given = { features, width, rows: Int32Array.from(rows) };
      let asked = 0;
      const check = () => {
        asked++;
        return Promise.resolve();
      };
      const model = await fitMultinomial(given, y, { c, inverseStrength, check });
      assert.ok(asked > 0);
      const found = y.flatMap((_, row) => [...model.probabilities(features, row)]);
      assert.equal(found.length, probs.length);
      for (const [k, p] of found.entries()) assert.ok(Math.abs(p - (probs[k] ?? NaN)) < 1e-4, `${k}: ${p}`);
    });
  }

  it("ends where it is stopped", async () => {
    const given = { features: Float32Array.of(1, 2, 3, 4), width: 1, rows: Int32Array.of(0, 1, 2, 3) };
    const check = () => Promise.reject(new Error("stopped"));
    await assert.rejects(fitMultinomial(given, [0, 1, 0, 1], { c: 2, inverseStrength: 1, check }), /stopped/);
  });
});
