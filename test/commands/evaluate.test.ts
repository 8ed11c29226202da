import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { evaluate, type EvaluateCommandOptions } from "../../src/commands/evaluate.js";
import { projectRoot } from "../../src/core/environment.js";
import { installedBrowser } from "../../src/report/findBrowser.js";
import type { ClassesEvaluation } from "../../src/statistics/evaluateClasses.js";
import type { Evaluation } from "../../src/statistics/evaluateScores.js";
import type { StoredPredictions } from "../../src/runs/predictionsFile.js";
import { Chromium } from "../support/Chromium.js";
import { temporaryFolder } from "../support/folders.js";
import { near } from "../support/near.js";
import { printed } from "../support/printed.js";
import { refuses } from "../support/refuses.js";
import { catsAndDogs, predictionsOf, writeRun } from "../support/runFiles.js";

interface Reference {
  readonly y: readonly number[];
  readonly first: readonly number[];
  readonly second: readonly number[];
  readonly patient: readonly number[];
  readonly auc: { readonly value: number; readonly standardError: number };
  readonly aucDifference: {
    readonly value: number;
    readonly interval: readonly number[];
    readonly p: number;
  };
  readonly errorDifference: {
    readonly value: number;
    readonly interval: readonly number[];
    readonly p: number;
  };
  readonly shares: Readonly<
    Record<"sensitivity", { readonly value: number; readonly interval: readonly number[] }>
  >;
}

// Made by test/statistics/clusters.py.
const reference = JSON.parse(
  readFileSync(path.join(projectRoot, "test", "statistics", "clusters.json"), "utf8"),
) as Readonly<Record<string, Reference>>;

function writeCsv(
  columns: Readonly<Record<string, readonly (string | number)[]>>,
  name = "scores.csv",
): string {
  const file = path.join(temporaryFolder(), name);
  const names = Object.keys(columns);
  const rows = (columns[names[0] ?? ""] ?? []).map((_, i) => names.map((key) => columns[key]?.[i] ?? ""));
  writeFileSync(file, [names, ...rows].map((row) => row.join(",")).join("\n"));
  return file;
}

/** What it writes for programs. */
async function evaluated(file: string, options: EvaluateCommandOptions = {}): Promise<Evaluation> {
  const out = path.join(temporaryFolder(), "new", "folder");
  await printed(file, { out, ...options });
  assert.ok(existsSync(path.join(out, "evaluation.html")));
  return JSON.parse(readFileSync(path.join(out, "evaluation.json"), "utf8")) as Evaluation;
}

describe("xray evaluate", () => {
  const wanted = reference["many patients"];
  assert.ok(wanted);
  const columns = {
    y: wanted.y,
    score: wanted.first,
    second: wanted.second,
    patient: wanted.patient.map((number) => `P-${number}`),
  };

  it("gives other implementations' numbers of a CSV file, as a program reads them, and loads no TensorFlow", () => {
    const file = writeCsv(columns);
    const script = `
      const { main } = require(${JSON.stringify(path.join(projectRoot, "dist", "src", "cli.js"))});
      main(["node", "xray", "evaluate", ${JSON.stringify(file)}, "--json"]).then(() => {
        const loaded = Object.keys(require.cache).filter((file) => /tensorflow|sharp/.test(file));
        console.error(JSON.stringify(loaded));
      });`;
    const { stdout, stderr, status } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
    assert.deepEqual([status, stderr.trim()], [0, "[]"]);
    const found = JSON.parse(stdout) as Evaluation;
    assert.deepEqual(
      JSON.parse(readFileSync(path.join(path.dirname(file), "evaluation.json"), "utf8")),
      found,
    );
    near(
      [found.auc.value, found.auc.standardError].map(Number),
      [wanted.auc.value, wanted.auc.standardError],
      1e-9,
      "AUROC",
    );
    const { comparison, sensitivity } = found;
    assert.ok(comparison);
    for (const name of ["aucDifference", "errorDifference"] as const) {
      const { value, low, high, p } = comparison[name];
      const theirs = wanted[name];
      near([value, low, high, p].map(Number), [theirs.value, ...theirs.interval, theirs.p], 1e-9, name);
    }
    near(
      [sensitivity.low, sensitivity.high].map(Number),
      wanted.shares.sensitivity.interval,
      1e-9,
      "sensitivity",
    );
    assert.deepEqual(Object.keys(found.recallGuarantee), ["0.95", "0.98"]);
    assert.equal(found.netBenefit.thresholds.length, 99);
  });

  it("prints the core set first, and says whether patients were taken into account", async () => {
    const text = await printed(writeCsv(columns), { prevalence: 0.02 });
    const order = [
      "AUROC",
      "calibration slope",
      "Net benefit",
      "sensitivity (recall)",
      "accuracy",
      "F1 score",
    ].map((words) => text.indexOf(words));
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      order,
    );
    assert.ok(!order.includes(-1));
    assert.match(text, /images of 80 patients.*images of one patient are alike/);
    assert.match(text, /At a prevalence of 2%/);
    const without = await printed(writeCsv(columns), { patient: false });
    assert.match(
      without,
      /Intervals and tests take images as independent, .*: which of them show the same person or thing is not known\./,
    );
  });

  it("takes other names of columns, other words for positive, and semicolons", async () => {
    const file = path.join(temporaryFolder(), "theirs.csv");
    const rows = wanted.y.map(
      (y, i) => `${y === 1 ? "sick" : "well"};"${wanted.first[i] ?? ""}";${wanted.patient[i] ?? ""}`,
    );
    writeFileSync(file, ["truth;prob;who", ...rows].join("\r\n"));
    const named = { y: "truth", score: "prob", patient: "who", positive: "sick", delimiter: ";" };
    const found = await evaluated(file, named);
    near([Number(found.auc.standardError)], [wanted.auc.standardError], 1e-9, "standard error");
    await refuses(evaluate(file, { ...named, delimiter: undefined }), "by semicolons", '--delimiter ";"');
    await refuses(evaluate(file, { ...named, positive: "ill" }), '--positive is "ill"', 'it has "');
  });

  it("compares two files of the same images, and refuses others", async () => {
    const first = writeCsv({ y: columns.y, score: columns.score, patient: columns.patient });
    const second = writeCsv({ y: columns.y, score: columns.second, patient: columns.patient }, "other.csv");
    const { comparison } = await evaluated(first, { against: second });
    near([Number(comparison?.aucDifference.p)], [wanted.aucDifference.p], 1e-9, "p");
    assert.match(await printed(first, { against: second }), /Beside other\.csv/);
    const turned = writeCsv({ y: columns.y.map((y) => 1 - y), score: columns.second }, "turned.csv");
    await refuses(
      evaluate(first, { against: turned }),
      "not about the same images",
      "another class in row 2",
    );
    const short = writeCsv({ y: [0, 1], score: [0.1, 0.2] }, "short.csv");
    await refuses(evaluate(first, { against: short }), "and 2 images");
  });

  it("says the reason where a number does not exist, in the file and in the terminal", async () => {
    const alone = writeCsv({ y: [1, 1, 1], score: [0.2, 0.6, 0.9], patient: ["a", "a", "b"] });
    const found = await evaluated(alone);
    assert.deepEqual([found.auc.value, found.auc.low], [null, null]);
    assert.equal(found.auc.absent, "3 positive and 0 negative images: both classes are needed");
    assert.deepEqual([found.netBenefit.model, found.recallGuarantee["0.95"]], [null, null]);
    assert.deepEqual(
      found.recallGuarantees.map(({ units, needed }) => [units, needed]),
      [
        [2, 59],
        [2, 149],
      ],
    );
    assert.match(await printed(alone), /AUROC\)\s+–\s+–\n.*3 positive and 0 negative images/);
    const logits = writeCsv({ y: [0, 1, 0, 1, 1], score: [-2, 1.5, 0.5, 3, 0.2], patient: [1, 2, 3, 4, 5] });
    const unbounded = await evaluated(logits);
    assert.ok(unbounded.auc.low !== null && unbounded.calibration.brier === null);
    assert.match(unbounded.calibration.slope.absent ?? "", /no probabilities: 3 of 5 lie outside 0 to 1/);
  });

  it("names the row and the column of what cannot be read", async () => {
    const rows = (score: readonly (string | number)[], y: readonly (string | number)[] = [0, 1, 1]) =>
      evaluate(writeCsv({ y, score, patient: ["a", "b", "c"] }), {});
    await refuses(rows([0.1, "nan", 0.3]), "Row 3 of", 'has "nan" in column "score"');
    await refuses(rows([0.1, 0.2, ""]), "Row 4 of", 'has nothing in column "score"');
    await refuses(rows(['"0,5"', 0.2, 0.3]), "Row 2 of", '"0,5"', "with a point");
    await refuses(rows([0.1, 0.2, 0.3], [0, 2, 1]), "Row 3 of", 'has "2" in column "y"', "--positive");
    await refuses(
      evaluate(writeCsv({ y: [0, 1], score: [0.1, 0.2], patient: ["a", ""] }), {}),
      'column "patient"',
    );
    await refuses(
      evaluate(writeCsv({ y: [0, 1], p: [0.1, 0.2] }), {}),
      'no column "score"; it has "y", "p"',
      "--score",
    );
    await refuses(evaluate(writeCsv({ y: [0, 1], score: [0.1, 0.2] }), { logit: "z" }), 'no column "z"');
    await refuses(evaluate(writeCsv({ y: [], score: [] }), {}), "has no rows below its header");
    await refuses(evaluate(writeCsv(columns), { prevalence: 2 }), "prevalence is 2");
    await refuses(evaluate("no-such-run", {}), "There is no run no-such-run");
    await refuses(evaluate("/no/such/file.csv", {}), "/no/such/file.csv cannot be read");
  });

  it("takes a run, by patient where its images are Kermany's, and compares it with another one", async () => {
    const names = ["IM-0001-0001", "IM-0001-0002", "NORMAL2-IM-0003-0001", "IM-0004-0001"];
    const sick = ["person1_virus_1", "person1_virus_2", "person2_bacteria_3", "person3_virus_4"];
    const paths = [
      ...names.map((name) => `test/NORMAL/${name}.jpeg`),
      ...sick.map((name) => `test/PNEUMONIA/${name}.jpeg`),
    ];
    const split = { folder: "test", hash: "1".repeat(64), images: 8, classes: { NORMAL: 4, PNEUMONIA: 4 } };
    const files = { ...split, available: { images: 8, hash: split.hash } };
    const dataset = { ...catsAndDogs(), source: "kermany", train: files, valid: files } as const;
    const classes = ["NORMAL", "PNEUMONIA"];
    const run = (name: string, probabilities: readonly number[]) =>
      writeRun(path.join(temporaryFolder(), name), predictionsOf(probabilities, { classes, dataset, paths }));
    const first = await run("first-0.1", [0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.4, 0.9]);
    const second = await run("second", [0.5, 0.2, 0.8, 0.6, 0.7, 0.3, 0.4, 0.9]);
    await printed(first, { against: second });
    const found = JSON.parse(readFileSync(path.join(first, "evaluation.json"), "utf8")) as Evaluation;
    assert.deepEqual([found.n, found.patients, found.positives], [8, 6, 4]);
    assert.ok(found.comparison);
    const other = await evaluated(path.join(first, "predictions.json"), { positive: "NORMAL" });
    near([Number(other.auc.value)], [Number(found.auc.value)], 1e-12, "the area of the other class");
    await refuses(evaluate(first, { positive: "dog" }), "dog");
  });

  const good = [0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9, 0.55];
  const poor = [0.1, 0.7, 0.8, 0.6, 0.4, 0.8, 0.3, 0.9];
  const pets = (name: string, stored: StoredPredictions) =>
    writeRun(path.join(temporaryFolder(), name), stored);
  const y = [0, 0, 0, 0, 1, 1, 1, 1];

  it("tests errors as xray compare does, with the exact test where patients are not known", async () => {
    const [a, b] = [await pets("good", predictionsOf(good)), await pets("poor", predictionsOf(poor))];
    const text = await printed(a, { against: b });
    // 4 images only the first gets right, none only the second: p = 2 / 2^4.
    assert.match(text, /error rate, the second less the first\s+0\.500\s+\S+ to \S+\s+0\.125/);
    assert.match(text, /P values by DeLong's test .* and by McNemar's exact test/);
    const known = writeCsv({ y, score: good, second: poor, patient: [1, 1, 2, 3, 4, 5, 6, 7] });
    assert.match(await printed(known), /Obuchowski's test .* McNemar's test, clustered by patient/);
  });

  it("takes patients from whichever file knows them", async () => {
    const patient = [1, 1, 2, 3, 4, 5, 6, 7];
    const without = writeCsv({ y, score: good });
    const other = writeCsv({ y, score: poor, patient }, "other.csv");
    const one = writeCsv({ y, score: good, second: poor, patient });
    const found = await evaluated(without, { against: other });
    assert.equal(found.patients, 7);
    assert.deepEqual(found.comparison, (await evaluated(one)).comparison);
    const run = await pets("run", predictionsOf(good));
    assert.equal((await evaluated(run, { against: other })).patients, 7);
    assert.equal((await evaluated(run, { against: other, patient: false })).patients, null);
  });

  it("takes a file that says 1, or the class's name, beside a run", async () => {
    const run = await pets("run", predictionsOf(good));
    const numbers = writeCsv({ y, score: poor });
    const names = writeCsv({ y: y.map((label) => ["cat", "dog"][label] ?? ""), score: poor }, "names.csv");
    const wanted = (await evaluated(run, { against: numbers })).comparison;
    near([Number(wanted?.aucDifference.value)], [5.5 / 16], 1e-12, "difference");
    assert.deepEqual((await evaluated(run, { against: names })).comparison, wanted);
    const cats = await evaluated(run, {
      positive: "cat",
      against: writeCsv({ y: y.map((label) => 1 - label), score: poor.map((p) => 1 - p) }),
    });
    near([Number(cats.comparison?.aucDifference.value)], [5.5 / 16], 1e-12, "of cats");
  });

  it("says which image differs between a run and a file, and which row between two files", async () => {
    const run = await pets("run", predictionsOf(good));
    const turned = [0, 0, 1, 0, 1, 1, 1, 0];
    await refuses(
      evaluate(run, { against: writeCsv({ y: turned, score: poor }) }),
      "another class of image 3.",
    );
    const one = writeCsv({ y, score: good, patient: [1, 2, 3, 4, 5, 6, 7, 8] });
    const other = writeCsv({ y: turned, score: poor, patient: [1, 2, 3, 4, 5, 6, 6, 6] }, "other.csv");
    await refuses(evaluate(one, { against: other }), "another class in row 4.");
  });

  it("judges each of two runs at the threshold that it has chosen", async () => {
    const chosen = (threshold: number) => ({
      choices: { epochs: {}, temperature: 1, threshold: { positiveClass: "dog", threshold } },
    });
    const a = await pets("good", predictionsOf(good, chosen(0.65)));
    const b = await pets("poor", predictionsOf(poor, chosen(0.35)));
    const { threshold, comparison } = await evaluated(a, { against: b });
    assert.equal(threshold, 0.65);
    assert.deepEqual(comparison?.thresholds, [0.65, 0.35]);
    // Wrong at these: the eighth image, and the second, third, fourth and seventh.
    assert.deepEqual([comparison.onlyFirst, comparison.onlySecond], [4, 1]);
    const text = await printed(a, { against: b });
    assert.match(text, /The first calls an image positive from 0\.65 on, the second from 0\.35 on/);
    await refuses(evaluate(a, { threshold: 50 }), "threshold is 50", "from 0 to 1");
    const same = await evaluated(a, { against: b, threshold: 0.5 });
    assert.deepEqual(same.comparison?.thresholds, [0.5, 0.5]);
    const table = await evaluated(a, { against: writeCsv({ y, score: poor }) });
    assert.deepEqual(table.comparison?.thresholds, [0.65, 0.5]);
  });

  it("of several classes takes each against the rest, and their means", async () => {
    const [folder, classes] = [path.join(temporaryFolder(), "three"), ["a", "b", "c"]];
    mkdirSync(folder);
    const probabilities = [
      [0.7, 0.2, 0.1],
      [0.2, 0.5, 0.3],
      [0.3, 0.4, 0.3],
      [0.1, 0.8, 0.1],
      [0.2, 0.2, 0.6],
      [0.45, 0.1, 0.45],
      [0.6, 0.3, 0.1],
      [0.1, 0.3, 0.6],
    ];
    const items = probabilities.map((probs, i) => ({ path: `${i}.png`, class: classes[i % 3], probs }));
    const file = path.join(folder, "predictions.json");
    writeFileSync(file, JSON.stringify({ seed: 1, classes, items }));
    const found = (await evaluated(file)) as unknown as ClassesEvaluation;
    // Most probable: a b b b c a a c, of a b c a b c a b.
    assert.equal(found.accuracy.hits, 3);
    const [a, b] = [found.classes.a, found.classes.b];
    assert.deepEqual([a?.sensitivity.hits, a?.sensitivity.of, b?.ppv.hits, b?.ppv.of], [2, 3, 1, 3]);
    near(
      [Number(found.macro.sensitivity.value)],
      [(2 / 3 + 1 / 3 + 0 / 2) / 3],
      1e-12,
      "mean of the classes' sensitivities",
    );
    assert.ok(found.macro.auc.low !== null && found.macro.auc.low < Number(found.macro.auc.value));
    const one = await evaluated(file, { positive: "b" });
    assert.equal(one.auc.value, b?.auc.value);
    await refuses(evaluate(file, { against: file }), "3 classes", "--positive");
    const text = await printed(file, { prevalence: 0.1 });
    for (const words of [
      "b: At a prevalence of 10%",
      "b: Thresholds with a promise",
      "most probable class",
    ]) {
      assert.ok(text.includes(words), words);
    }
  });
});

describe("evaluation.html", () => {
  const noBrowser = installedBrowser() === undefined && "no Chromium, Chrome or Edge is installed";
  for (const theme of ["light", "dark"] as const) {
    it(`passes axe-core on a phone, ${theme}, fits, and is one small file`, { skip: noBrowser }, async () => {
      const wanted = reference.ties;
      assert.ok(wanted);
      const out = temporaryFolder();
      const file = writeCsv({
        y: wanted.y,
        score: wanted.first,
        second: wanted.second,
        patient: wanted.patient,
      });
      await printed(file, { out, prevalence: 0.01 });
      const html = path.join(out, "evaluation.html");
      assert.ok(readFileSync(html).length < 15e6);
      const axe = await readFile(createRequire(__filename).resolve("axe-core/axe.min.js"), "utf8");
      const chromium = await Chromium.start();
      try {
        await chromium.open(pathToFileURL(html).href, { width: 390, height: 844, theme });
        await chromium.evaluate(`${axe}; undefined`);
        const { violations } = (await chromium.evaluate("axe.run()")) as { violations: readonly object[] };
        assert.deepEqual(violations, []);
        assert.equal(await chromium.evaluate('document.querySelectorAll(".js-plotly-plot").length'), 4);
        assert.ok(Number(await chromium.evaluate("document.documentElement.scrollWidth")) <= 390);
      } finally {
        await chromium.close();
      }
    });
  }
});

it("refuses options about a file's columns where a run is evaluated, which has none", async () => {
  const dogs = [0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6];
  const made = [1, 2].map((seed) =>
    writeRun(path.join(temporaryFolder(), "run"), predictionsOf(dogs, { seed })),
  );
  const [run = "", other = ""] = await Promise.all(made);
  const given = [
    { score: "p" },
    { y: "label" },
    { image: "file" },
    { delimiter: ";" },
    { encoding: "latin1" },
  ];
  for (const options of given) {
    const [[name, value] = []] = Object.entries(options);
    await refuses(evaluate(run, options), `--${name ?? ""} is "${value ?? ""}"`, "a run's predictions");
    await refuses(evaluate(run, { ...options, against: other }), "holds a run's predictions");
  }
  await printed(run, { out: temporaryFolder(), positive: "cat", patient: false });
});
