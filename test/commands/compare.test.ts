import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it, mock } from "node:test";
import { compare } from "../../src/commands/compare.js";
import { aboutNet } from "../../src/commands/serve.js";
import { lossesOf, writePredictions } from "../../src/interpretation/predictionsFile.js";
import { temporaryFolder } from "../data/folders.js";

const classes = ["NORMAL", "PNEUMONIA"];

/** A run's folder with the probabilities of PNEUMONIA that it gave to eight images, the last four of them ill. */
async function run(name: string, ill: readonly number[], first = "image-0"): Promise<string> {
  const folder = path.join(temporaryFolder(), name);
  mkdirSync(folder);
  const probs = Float32Array.from(ill.flatMap((p) => [1 - p, p]));
  const y = Int32Array.from(ill, (_, i) => (i < 4 ? 0 : 1));
  const paths = ill.map((_, i) => (i === 0 ? first : `image-${i}`));
  const preds = { classes, y, probs, losses: lossesOf(probs, y) };
  await writePredictions(path.join(folder, "predictions.json"), { seed: 1, preds, paths });
  const metrics = {
    ...{ classes, confusionMatrix: [[], []], intervals: {}, versions: {}, seconds: {}, dataset: "found" },
    ...{ validSize: 8, positiveClass: "PNEUMONIA", errorRate: 0.125, accuracy: 0.875 },
    ...{ precision: 0.8, recall: 1, specificity: 0.75, balancedAccuracy: 0.875 },
  };
  writeFileSync(path.join(folder, "metrics.json"), JSON.stringify(metrics));
  return folder;
}
const good = [0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9, 0.55];
const poor = [0.1, 0.7, 0.8, 0.6, 0.4, 0.8, 0.3, 0.9];

describe("xray compare", () => {
  it("prints both runs' numbers and the tests' probabilities", async () => {
    const log = mock.method(console, "log", () => undefined);
    try {
      await compare(await run("good", good), await run("poor", poor));
    } finally {
      log.mock.restore();
    }
    const text = String(log.mock.calls[0]?.arguments[0]);
    const line = (measure: string): string[] =>
      (text.split("\n").find((each) => each.startsWith(measure)) ?? "").trim().split(/ {2,}/);
    // 15 and 9.5 of the 16 pairs are in order; 1 and 5 of 8 are wrong, 4 of them by the second alone: p = 2 / 2^4.
    assert.deepEqual(line("area under ROC").slice(1, 4), ["0.938", "0.594", "0.344"]);
    assert.deepEqual(line("error rate").slice(1), ["0.125", "0.625", "-0.500", "0.125"]);
    assert.deepEqual(line("right where the other is wrong").slice(1), ["4", "0"]);
    assert.match(text, /^8 test images, measures of PNEUMONIA; p by DeLong/);
  });

  it("refuses runs of other images, and what is no run", async () => {
    const [first, second] = [await run("a", good), await run("b", good, "another")];
    await assert.rejects(compare(first, second), /The runs a and b predicted other images/);
    await assert.rejects(compare("no-such-run", second), /There is no run no-such-run/);
    const file = path.join(second, "predictions.json");
    const item = { path: "a", class: "NORMAL", probs: [0.5, 0.5] };
    for (const broken of [
      null,
      { seed: 1, classes, items: [{ ...item, probs: undefined }] },
      { seed: 1, classes, items: [{ ...item, probs: "ab" }] },
      { seed: 1, classes, items: [{ ...item, probs: [0.5, null] }] },
      { seed: 1, classes, items: [{ ...item, class: "COVID" }] },
    ]) {
      writeFileSync(file, JSON.stringify(broken));
      await assert.rejects(compare(first, second), {
        name: "UserError",
        message: /predictions\.json holds no predictions of a run/,
      });
    }
  });
});

describe("the page of xray serve", () => {
  it("shows the run's numbers at the learner's threshold", async () => {
    const file = path.join(await run("good", good), "export.safetensors");
    const threshold = { positiveClass: "PNEUMONIA", threshold: 0.65, rule: "Youden" };
    const { rule, numbers } = await aboutNet(file, { arch: "tiny", classes, threshold });
    assert.equal(rule, "threshold 0.65 for PNEUMONIA, chosen for Youden");
    assert.match(numbers?.caption ?? "", /8 test images, PNEUMONIA from a probability of 0\.650 on/);
    const value = (name: string) => numbers?.rows.find(([measure]) => measure?.startsWith(name))?.[1];
    assert.deepEqual([value("recall"), value("specificity")], ["0.750", "1.000"]);
    const plain = await aboutNet(file, { arch: "tiny", classes, threshold: undefined });
    assert.equal(plain.rule, "threshold 0.5");
    assert.match(plain.numbers?.caption ?? "", /On 8 test images/);
  });
});
