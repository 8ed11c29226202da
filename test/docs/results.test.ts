import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { resultPages, resultsFolder, withTables } from "../../bench/results/results.js";

/** What a kept file says, as it stands in the file. */
interface Kept {
  readonly seed: number;
  readonly classes: readonly string[];
  readonly items: readonly { readonly class: string; readonly probs: readonly number[] }[];
}
type Numbers = Readonly<Record<string, unknown>>;

const read = (...names: string[]): unknown =>
  JSON.parse(readFileSync(path.join(resultsFolder, ...names), "utf8"));
const runs = readdirSync(resultsFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

test("there are results", () => {
  assert.ok(runs.length > 0);
});

for (const page of resultPages) {
  test(`the tables of ${path.basename(page)} are those of the kept predictions`, async () => {
    assert.equal(readFileSync(page, "utf8"), await withTables(page), "npm run results writes them anew");
  });
}

for (const { name } of runs) {
  test(`${name}: its metrics.json has the numbers of its predictions.json`, () => {
    const { classes, items } = read(name, "predictions.json") as Kept;
    const metrics = read(name, "metrics.json") as Numbers;
    const [negative, positive] = classes;
    const called = (probs: readonly number[]) => classes[probs.indexOf(Math.max(...probs))];
    const count = (actual = "", predicted = "") =>
      items.filter((item) => item.class === actual && called(item.probs) === predicted).length;
    const [tp, fn] = [count(positive, positive), count(positive, negative)];
    const [fp, tn] = [count(negative, positive), count(negative, negative)];
    assert.deepEqual(metrics.confusionMatrix, [
      [tn, fp],
      [fn, tp],
    ]);
    const near = (key: string, value: number) => {
      assert.ok(
        Math.abs(Number(metrics[key]) - value) < 1e-12,
        `${key}: ${String(metrics[key])}, and ${value}`,
      );
    };
    near("accuracy", (tp + tn) / items.length);
    near("errorRate", (fp + fn) / items.length);
    near("precision", tp / (tp + fp));
    near("recall", tp / (tp + fn));
    near("specificity", tn / (tn + fp));
    assert.equal(items.length, 624);
  });

  test(`${name}: no file tells where the run's machine had its images`, () => {
    for (const file of readdirSync(path.join(resultsFolder, name))) {
      const text = readFileSync(path.join(resultsFolder, name, file), "utf8");
      assert.doesNotMatch(text, /"\/|\s\/\w+\//, file);
    }
  });
}
