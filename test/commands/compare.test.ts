import assert from "node:assert/strict";
import { writeFileSync, rmSync } from "node:fs";
import path from "node:path";
import { describe, it, mock } from "node:test";
import { compare } from "../../src/commands/compare.js";
import { reportOf } from "../../src/commands/report.js";
import { aboutNet } from "../../src/commands/serve.js";
import { refuses } from "../support/refuses.js";
import { catsAndDogs, metrics, predictionsOf, settings, writeRun, metricsOf } from "../support/runFiles.js";
import { temporaryFolder } from "../support/folders.js";
import type { StoredPredictions } from "../../src/runs/predictionsFile.js";

const good = [0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9, 0.55];
const poor = [0.1, 0.7, 0.8, 0.6, 0.4, 0.8, 0.3, 0.9];
const at = (name: string): string => path.join(temporaryFolder(), name);
const run = (name: string, dogs: readonly number[]): Promise<string> =>
  writeRun(at(name), predictionsOf(dogs));

/** What `xray compare` prints. */
async function printed(...runs: readonly [string, string]): Promise<string> {
  const log = mock.method(console, "log", () => undefined);
  try {
    await compare(...runs);
    return log.mock.calls.map((call) => String(call.arguments[0])).join("\n");
  } finally {
    log.mock.restore();
  }
}

describe("xray compare", () => {
  it("prints both runs' numbers and the tests' probabilities", async () => {
    const text = await printed(await run("good", good), await run("poor", poor));
    const line = (measure: string): string[] =>
      (text.split("\n").find((each) => each.startsWith(measure)) ?? "").trim().split(/ {2,}/);
    // 15 and 9.5 of the 16 pairs are in order; 1 and 5 of 8 are wrong, 4 of them by the second alone: p = 2 / 2^4.
    assert.deepEqual(line("area under the ROC curve (AUROC)").slice(1, 4), ["0.938", "0.594", "0.344"]);
    // The difference's standard error is the root of 8/7 x (4 x 0.5² + 4 x 0.5²) / 8².
    assert.deepEqual(line("error rate").slice(1), [
      ...["0.125", "0.625", "-0.500", "-0.870 to -0.130"],
      "0.125",
    ]);
    assert.deepEqual(line("correct where the other is wrong").slice(1), ["4", "0"]);
    assert.match(
      text,
      /^8 test images, measures of dog; 95% confidence intervals, for which images are taken as independent: which of them show the same person or thing is not known; p values by DeLong/,
    );
    assert.match(text, /The runs differ in no setting\.$/);
  });

  it("says in what the runs differ", async () => {
    const other = { ...settings, size: 48, epochsFrozen: 12 };
    const second = await writeRun(
      at("second"),
      predictionsOf(poor, { dataset: catsAndDogs({ train: "9" }), settings: other, seed: 2 }),
    );
    assert.match(
      await printed(await run("first", good), second),
      /The runs differ in: size \(32 and 48\), epochsFrozen \(1 and 12\), the training images \(16 in .*\), seed \(1 and 2\)\./,
    );
  });

  it("takes runs of an earlier version, and says what their files do not", async () => {
    const old = { settings: undefined, dataset: undefined };
    const stored = { ...predictionsOf(poor), ...old };
    const second = await writeRun(at("old"), stored);
    assert.match(await printed(await run("new", good), second), /earlier version do not say which images/);
  });

  it("gives the reason where the areas have no test", async () => {
    const stored = (dogs: readonly number[], patients: readonly number[]) => {
      const { preds, ...rest } = predictionsOf(dogs);
      return { ...rest, preds: { ...preds, patients: Int32Array.from(patients) } };
    };
    const patients = [0, 1, 2, 3, 4, 4, 4, 4];
    const [a, b] = [
      await writeRun(at("a"), stored(good, patients)),
      await writeRun(at("b"), stored(poor, patients)),
    ];
    const text = await printed(a, b);
    assert.match(text, /\(AUROC\)\s+0\.938\s+0\.594\s+0\.344\s+–\s+–/);
    assert.match(text, /positives or negatives of only one group of images: no variance/);
    const [right, wrong] = [
      await run("right", [0.1, 0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.9]),
      await run("wrong", [0.9, 0.9, 0.9, 0.9, 0.1, 0.1, 0.1, 0.1]),
    ];
    const certain = await printed(right, wrong);
    assert.match(certain, /\(AUROC\)\s+1\.000\s+0\.000\s+1\.000\s+1\.000 to 1\.000\s+–/);
    assert.match(certain, /the difference has no variance: no test/);
  });

  it("refuses runs that do not belong together, and what is no run", async () => {
    const first = await run("a", good);
    const paths = predictionsOf(good).paths.map((file, i) => (i === 0 ? "another" : file));
    const otherImages = await writeRun(at("b"), predictionsOf(good, { paths }));
    await refuses(
      compare(first, otherImages),
      "The runs a and b predicted other images: 8 in /pictures/pets",
    );
    const otherFiles = predictionsOf(good, {
      dataset: catsAndDogs({ valid: "7", folder: "/pictures/larger" }),
    });
    await refuses(
      compare(first, await writeRun(at("c"), otherFiles)),
      "a and c predicted other images",
      "larger",
    );
    const classes = ["cat", "hound"];
    await refuses(
      compare(first, await writeRun(at("d"), { ...predictionsOf(good, { classes }), dataset: undefined })),
      "a and d have other classes: cat, dog, and cat, hound",
    );
    const { preds, ...rest } = predictionsOf(good);
    const ofCats = { ...rest, preds: { ...preds, positiveClass: "cat" } };
    await refuses(
      compare(first, await writeRun(at("e"), ofCats)),
      "The measures of a are of dog, those of e of cat.",
    );
    await assert.rejects(compare("no-such-run", first), /There is no run no-such-run/);
  });
});

it("files of two runs in one folder are refused wherever both are read", async () => {
  const net = { arch: "tiny", classes: ["cat", "dog"], threshold: undefined };
  const predictions = predictionsOf(good);
  const others: readonly (readonly [StoredPredictions, string])[] = [
    [predictionsOf(good, { seed: 9 }), "seed (9 and 1)"],
    [predictionsOf(good, { classes: ["dog", "cat"] }), 'classes (["dog","cat"] and ["cat","dog"])'],
    [
      { ...predictions, preds: { ...predictions.preds, positiveClass: "cat" } },
      'positive class ("cat" and "dog")',
    ],
    [predictionsOf(poor), "confusion matrix ([[1,3],[2,2]] and [[3,1],[0,4]])"],
    [predictionsOf(good, { settings: { ...settings, bs: 8 } }), "bs (8 and 4)"],
  ];
  for (const [other, difference] of others) {
    const folder = await writeRun(at("mixed"), predictions, metricsOf(other));
    const message = `metrics.json and predictions.json in ${folder} are not of the same run, or one was changed: ${difference}`;
    await refuses(compare(folder, folder), message);
    await refuses(aboutNet(path.join(folder, "export.safetensors"), net), message);
    writeFileSync(path.join(folder, "pneumonia.ipynb"), "{}");
    await refuses(reportOf(folder), message);
  }
});

describe("the page of xray serve", () => {
  const classes = ["cat", "dog"];
  it("shows the run's numbers at the learner's threshold", async () => {
    const file = path.join(await run("good", good), "export.safetensors");
    const threshold = { positiveClass: "dog", threshold: 0.65, rule: "Youden" };
    const { rule, numbers } = await aboutNet(file, { arch: "tiny", classes, threshold });
    assert.equal(rule, "dog is predicted from a probability of 0.65 on, which was chosen for Youden");
    assert.match(numbers?.caption ?? "", /8 test images, dog predicted at a probability of 0\.650 or more/);
    const value = (name: string) => numbers?.rows.find(([measure]) => measure?.startsWith(name))?.[1];
    assert.deepEqual([value("recall"), value("specificity")], ["0.750", "1.000"]);
    const plain = await aboutNet(file, { arch: "tiny", classes, threshold: undefined });
    assert.equal(plain.rule, "The more probable class is predicted");
    assert.match(plain.numbers?.caption ?? "", /On 8 test images/);
  });

  it("says which field of a file that was changed is wrong", async () => {
    const folder = await run("changed", good);
    writeFileSync(path.join(folder, "metrics.json"), JSON.stringify({ ...metrics, recall: "high" }));
    const net = { arch: "tiny", classes, threshold: undefined };
    await refuses(
      aboutNet(path.join(folder, "export.safetensors"), net),
      'metrics.json is broken: recall is "high" (expected a number in 0..1',
    );
  });
});

describe("xray compare of two sweeps", () => {
  const sweep = async (name: string, dogs: readonly (readonly number[])[], first = 1): Promise<string> => {
    const folder = at(name);
    for (const [i, probs] of dogs.entries()) {
      const seed = first + i;
      await writeRun(path.join(folder, `seed-${seed}`), predictionsOf(probs, { seed }));
    }
    return folder;
  };

  it("prints both recipes paired by seed", async () => {
    const a = await sweep("recipe-a", [good, good, poor]);
    const b = await sweep("recipe-b", [poor, poor, poor, good]);
    const text = await printed(a, b);
    assert.match(text, /^3 seeds in common \(1, 2, 3\), 8 test images, measures of dog/);
    const row =
      text
        .split("\n")
        .find((line) => line.startsWith("error rate"))
        ?.split(/ {2,}/) ?? [];
    // 1, 1 and 5 of 8 wrong, against 5, 5 and 5.
    assert.deepEqual(row.slice(1, 4), ["0.292", "0.625", "-0.333"]);
    // Two of three differ: of the eight ways to choose the signs half are at least as far from 0.
    assert.deepEqual(row.slice(6, 9), ["0.500", "2 of 3, 1 equal", "0.67 (0.21 to 0.94)"]);
    assert.match(text, /The recipes differ in no setting\.$/);
  });

  it("claims nothing of seeds where there is one, or where all of them say the same", async () => {
    const cells = (text: string) =>
      text
        .split("\n")
        .find((line) => line.startsWith("error rate"))
        ?.split(/ {2,}/) ?? [];
    const one = await printed(await sweep("single-a", [good]), await sweep("single-b", [poor]));
    assert.match(one, /^1 seed in common \(1\)[^]*With one seed nothing is known of other seeds/);
    assert.deepEqual(cells(one).slice(3, 6), ["-0.500", "–", "–"]);
    const same = await printed(await sweep("twin-a", [good, poor]), await sweep("twin-b", [good, poor]));
    assert.match(same, /the difference is the same with every seed: an interval of no width is no certainty/);
    assert.equal(cells(same).at(-1)?.trim(), "–", "how many seeds one point takes");
  });

  it("takes patients from whichever run knows them", async () => {
    const a = await sweep("unknown", [good, good]);
    const b = at("known");
    for (const seed of [1, 2]) {
      const { preds, ...rest } = predictionsOf(poor, { seed });
      const patients = Int32Array.of(0, 0, 1, 2, 3, 3, 4, 5);
      const known = seed === 2 ? { ...preds, patients } : preds;
      await writeRun(path.join(b, `seed-${seed}`), { ...rest, preds: known });
    }
    assert.match(await printed(a, b), /8 test images of 6 patients.*95% CI over seeds and patients/s);
  });

  it("refuses a sweep beside one run", async () => {
    const [a, b] = [await sweep("sweep", [good, poor]), await run("alone", good)];
    for (const pair of [[a, b] as const, [b, a] as const]) {
      await refuses(compare(...pair), "sweep holds the runs of a sweep", "alone is one run", "two sweeps");
    }
    const damaged = await run("damaged", good);
    rmSync(path.join(damaged, "metrics.json"));
    await refuses(compare(a, damaged), path.join("damaged", "metrics.json"));
  });

  it("refuses sweeps without a common seed", async () => {
    const a = await sweep("early", [good, poor]);
    const b = await sweep("late", [good, poor], 7);
    await refuses(compare(a, b), "early (seeds 1, 2) and late (seeds 7, 8) have no seed in common.");
  });
});
