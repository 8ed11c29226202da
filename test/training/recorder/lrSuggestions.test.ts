import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot } from "../../../src/core/environment.js";
import { lrSuggestions } from "../../../src/training/recorder/lrSuggestions.js";

interface Case {
  readonly losses: readonly number[];
  readonly suggestions: Readonly<Record<string, number>>;
}

const rates = (n: number) => Array.from({ length: n }, (_, i) => 1e-7 * (10 / 1e-7) ** (i / 100));

describe("lrSuggestions", () => {
  it("equals fastai's own on curves of all kinds", async () => {
    const file = path.join(projectRoot, "test", "training", "recorder", "lrSuggestions.json");
    const cases = JSON.parse(await readFile(file, "utf8")) as readonly Case[];
    assert.equal(cases.length, 15);
    for (const { losses, suggestions } of cases) {
      const ours: Record<string, number> = { ...lrSuggestions(rates(losses.length), losses) };
      assert.deepEqual(Object.keys(ours).sort(), Object.keys(suggestions).sort());
      for (const [name, theirs] of Object.entries(suggestions)) {
        const difference = Math.abs((ours[name] ?? NaN) / theirs - 1);
        assert.ok(difference < 1e-9, `${name}: ${ours[name] ?? NaN} beside ${theirs}`);
      }
    }
  });

  it("looks no further than the first NaN, and gives nothing for next to nothing", () => {
    const losses = [3, 2.5, 2, 1.5, 2, 3];
    const lrs = rates(8);
    assert.deepEqual(lrSuggestions(lrs, [...losses, NaN, 0]), lrSuggestions(lrs.slice(0, 6), losses));
    assert.equal(lrSuggestions(rates(2), [1, 2]), undefined);
  });
});
