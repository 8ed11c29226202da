import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { setDisplay, silentDisplay } from "../../src/core/Display.js";
import { Random } from "../../src/core/Random.js";
import { UserError } from "../../src/core/errors.js";
import { readPredictions } from "../../src/runs/predictionsFile.js";
import { SeedSweep } from "../../src/runs/SeedSweep.js";
import { aboutRun } from "../../src/report/aboutRun.js";
import { reportMarkdown } from "../../src/report/reportMarkdown.js";
import { readMetrics, type RunMetrics } from "../../src/runs/RunMetrics.js";
import { temporaryFolder } from "../support/folders.js";
import { refuses } from "../support/refuses.js";
import { catsAndDogs, metrics, metricsOf, predictionsOf, writeRun } from "../support/runFiles.js";
import { ClassificationInterpretation } from "../../src/interpretation/ClassificationInterpretation.js";
import { matrixMetrics } from "../../src/interpretation/matrixMetrics.js";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
/** A value in a file, and how it is set to another one. */
interface Place {
  readonly value: Json;
  readonly set: (value: Json | undefined) => void;
}

/** Every value in a JSON document, at whatever depth. */
function places(document: Json): Place[] {
  if (document === null || typeof document !== "object") return [];
  const entries = Object.entries(document);
  return entries.flatMap(([key, value]) => {
    const set = (other: Json | undefined): void => {
      if (Array.isArray(document)) document.splice(Number(key), 1, ...(other === undefined ? [] : [other]));
      else if (other === undefined) Reflect.deleteProperty(document, key);
      else document[key] = other;
    };
    return [{ value, set }, ...places(value)];
  });
}

/** What a field of any type may turn into; undefined: it goes. */
const others: readonly (Json | undefined)[] = [
  ...[undefined, null, true, -1, 0.5, 2, 1e300, "", "other", "1", "__proto__"],
  ...[[], [[]], [null], {}, { length: 3 }, ["cat", "cat"]],
];

/** Changes one value, or cuts, doubles or replaces a piece of the text. */
function mutate(text: string, random: Random): string {
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random.uniform(0, from.length))];
  if (random.uniform(0, 1) < 0.2) {
    const from = Math.floor(random.uniform(0, text.length));
    const to = Math.min(text.length, from + Math.floor(random.uniform(1, 40)));
    return (
      text.slice(0, from) + (pick(["", text.slice(from, to).repeat(2), "\0", "9"]) ?? "") + text.slice(to)
    );
  }
  const document = JSON.parse(text) as Json;
  const place = pick(places(document));
  const value = place?.value;
  place?.set(typeof value === "number" && random.uniform(0, 1) < 0.3 ? value * 1.5 + 1 : pick(others));
  return JSON.stringify(document);
}

/** Tries mutants: each is refused in words, or gives what `use` finds right. */
async function tryMutants(file: string, use: () => Promise<void>): Promise<number> {
  const text = readFileSync(file, "utf8");
  let refused = 0;
  for (let i = 0; i < 400; i++) {
    const mutant = mutate(text, new Random(7, i));
    writeFileSync(file, mutant);
    try {
      await use();
    } catch (error) {
      assert.ok(error instanceof UserError, `mutant ${i}: ${String(error)} in ${mutant}`);
      assert.match(error.message, /\n\S/, "a remedy");
      refused++;
    }
  }
  return refused;
}

describe("what a report says of a run", () => {
  it("names its protocol, where it follows one", () => {
    const names = (run: RunMetrics) => aboutRun(run).map(({ name }) => name);
    assert.ok(names(metrics).includes("Protocol"));
    assert.ok(!names({ ...metrics, protocol: null }).includes("Protocol"));
  });

  it("has the core measures first, and then those of the most probable class", () => {
    const run = predictionsOf([0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9, 0.55]);
    const evaluation = ClassificationInterpretation.fromPredictions(run.preds).evaluation({
      threshold: 0.65,
    });
    const report = reportMarkdown({ ...metricsOf(run), evaluation }, { title: "A run", about: [] });
    // Three of four dogs reach 0.65, and no cat does; four reach one half, and one cat with them.
    assert.match(
      report,
      /core measures of dog, at the threshold 0\.65\.[^]*AUROC\) \| 0\.938[^]*sensitivity\) \| 0\.750[^]*By the most probable class[^]*error rate \| 0\.125/,
    );
  });
});

describe("files of a run that were changed", () => {
  const dogs = [0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9, 0.55];
  const folder = path.join(temporaryFolder(), "run");

  it("metrics.json: 400 mutants are refused in words, or told as they are", async () => {
    await writeRun(folder, predictionsOf(dogs));
    const file = path.join(folder, "metrics.json");
    const refused = await tryMutants(file, async () => {
      const run = await readMetrics(file);
      const report = reportMarkdown(run, { title: "A run", about: aboutRun(run) });
      assert.doesNotMatch(report, /undefined|NaN|\[object/);
      // What can be counted is told as it was counted.
      assert.match(report, /\| error rate \| 0\.125 \|/);
      assert.equal(run.validSize, 8);
    });
    assert.ok(refused > 200, `${refused} refused`);
  });

  it("predictions.json: 400 mutants are refused in words, or give numbers", async () => {
    await writeRun(folder, predictionsOf(dogs));
    const file = path.join(folder, "predictions.json");
    const previous = setDisplay(silentDisplay);
    try {
      const refused = await tryMutants(file, async () => {
        const run = await readPredictions(file);
        const { rows } = new SeedSweep([run]).table();
        assert.match(rows[0]?.[1] ?? "", /^0\.\d{3}$/);
      });
      assert.ok(refused > 200, `${refused} refused`);
    } finally {
      setDisplay(previous);
    }
  });

  const pets = catsAndDogs();
  const changes: readonly (readonly [file: string, change: (document: Json) => unknown, message: string])[] =
    [
      [
        "metrics.json",
        (all) => Object.assign(all as object, { size: "32" }),
        'size is "32" (expected a whole number',
      ],
      [
        "metrics.json",
        (all) => Object.assign(all as object, { accuracy: 0.9 }),
        "accuracy is 0.9 (by the confusion matrix it is 0.875",
      ],
      [
        "metrics.json",
        (all) => Object.assign(all as object, { positiveClass: "cow" }),
        'positiveClass is "cow" (expected one of the classes, cat, dog)',
      ],
      [
        "predictions.json",
        (all) =>
          Object.assign(all as object, {
            choices: { epochs: {}, temperature: 1, threshold: { positiveClass: "cow", threshold: 0.5 } },
          }),
        'choices.threshold.positiveClass is "cow" (expected one of the classes, cat, dog)',
      ],
      [
        "predictions.json",
        (all) =>
          Object.assign(all as object, {
            choices: {
              ...{ epochs: {}, temperature: 1 },
              conformalSets: { level: 0.9, classes: ["dog", "cat"], limits: [0.1, 0.2], units: [9, 9] },
            },
          }),
        'choices.conformalSets.classes is ["dog","cat"] (expected the classes, in their order)',
      ],
      [
        "metrics.json",
        (all) => Object.assign(all as object, { classes: ["cat"] }),
        'classes is ["cat"] (expected at least two classes)',
      ],
      ["metrics.json", () => [], "it holds []"],
      ...(
        [
          [{ recall: 0.123 }, "recall is 0.123 (by the confusion matrix it is 1.000000)"],
          [{ recall: null }, "recall is null (by the confusion matrix it is 1.000000)"],
          [{ precision: 0.75 }, "precision is 0.75 (by the confusion matrix it is 0.800000)"],
          [{ specificity: 1 }, "specificity is 1 (by the confusion matrix it is 0.750000)"],
          [{ balancedAccuracy: 0.99 }, "balancedAccuracy is 0.99 (by the confusion matrix"],
          [{ positiveClass: "cat" }, "precision is 0.8 (by the confusion matrix it is 1.000000)"],
          [
            { positiveClass: null },
            "positiveClass is null (of two classes one is positive: expected cat or dog)",
          ],
          [{ classes: ["dog", "cat"] }, "precision is 0.8 (by"],
          [
            { intervals: { errorRate: [0.9, 0.95] } },
            "intervals.errorRate is [0.9,0.95] (by the confusion matrix it",
          ],
          [{ intervals: { accuracy: [0.9776, 0.5291] } }, "intervals.accuracy is [0.9776,0.5291] (by"],
          [{ device: "tpu" }, 'device is "tpu" (expected cpu or gpu)'],
          [{ history: [] }, "history is [] (expected the rows of the epochs"],
          [{ dataset: { ...pets, source: "kermany" } }, 'dataset.source is "kermany" (that set\'s classes'],
          [
            { dataset: { ...pets, valid: { ...pets.valid, images: 3 } } },
            "dataset.valid.images is 3 (its classes have 8 images)",
          ],
          [
            { dataset: { ...pets, valid: { ...pets.valid, classes: { cat: 3, dog: 5 } } } },
            'dataset.valid.classes is {"cat":3,"dog":5} (expected 8 images of the classes cat, dog, as the confusion',
          ],
        ] as const
      ).map(
        ([fields, message]) =>
          ["metrics.json", (all: Json) => Object.assign(all as object, fields), message] as const,
      ),
      [
        "predictions.json",
        (all) => setItem(all, { probs: [0.5, null] }),
        "items[2].probs[1] is null (expected a probability; a net that gives none has diverged",
      ],
      [
        "predictions.json",
        (all) => setItem(all, { probs: [0.5, 1.5] }),
        "items[2].probs[1] is 1.5 (expected a probability in 0..1)",
      ],
      [
        "predictions.json",
        (all) => setItem(all, { probs: [0.5, 0.6] }),
        "items[2].probs is [0.5,0.6] (expected probabilities that add up to 1)",
      ],
      [
        "predictions.json",
        (all) => setItem(all, { probs: [1] }),
        "items[2].probs is [1] (expected 2 probabilities)",
      ],
      [
        "predictions.json",
        (all) => setItem(all, { class: "COVID" }),
        'items[2].class is "COVID" (expected one of the classes, cat, dog)',
      ],
      [
        "predictions.json",
        (all) => setItem(all, { path: "test/cat/image-0.png" }),
        'items[2].path is "test/cat/image-0.png" (expected no image twice)',
      ],
      [
        "predictions.json",
        (all) => Object.assign(all as object, { items: [] }),
        "items is [] (expected at least one image)",
      ],
      ["predictions.json", () => null, "it holds null"],
    ];
  for (const [name, change, message] of changes) {
    it(`${name}: ${message}`, async () => {
      await writeRun(folder, predictionsOf(dogs));
      const file = path.join(folder, name);
      const document = JSON.parse(readFileSync(file, "utf8")) as Json;
      writeFileSync(file, JSON.stringify(change(document)));
      const read = name === "metrics.json" ? readMetrics(file) : readPredictions(file);
      await refuses(read, file, message);
    });
  }

  it("are read with a mark of their encoding", async () => {
    await writeRun(folder, predictionsOf(dogs));
    const file = path.join(folder, "metrics.json");
    writeFileSync(file, `\uFEFF${readFileSync(file, "utf8")}`);
    assert.equal((await readMetrics(file)).errorRate, 0.125);
  });

  it("are read as they were written, with a share of nothing and texts of other versions", async () => {
    const allCats = matrixMetrics(
      [
        [4, 0],
        [4, 0],
      ],
      metrics.classes,
      "dog",
    );
    const ofOneClass = { ...metrics, ...allCats, dataset: "real", note: "kept" };
    const nothing = JSON.parse(JSON.stringify(ofOneClass)) as typeof metrics;
    assert.deepEqual([nothing.precision, nothing.intervals.precision], [null, [null, null]]);
    await writeRun(folder, predictionsOf(dogs), nothing);
    assert.deepEqual(await readMetrics(path.join(folder, "metrics.json")), nothing);
    const { preds, paths, ...run } = await readPredictions(path.join(folder, "predictions.json"));
    const written = predictionsOf(dogs);
    assert.deepEqual(run, { seed: written.seed, settings: written.settings, dataset: written.dataset });
    assert.deepEqual([preds.probs, preds.y, paths], [written.preds.probs, written.preds.y, written.paths]);
  });
});

/** Changes the third item. */
function setItem(document: Json, item: Readonly<Record<string, unknown>>): Json {
  const { items } = document as { items: object[] };
  Object.assign(items[2] ?? {}, item);
  return document;
}
