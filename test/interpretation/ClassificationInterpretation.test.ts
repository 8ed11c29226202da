import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type Display, type Figure, setDisplay, silentDisplay, type Table } from "../../src/core/Display.js";
import { ClassificationInterpretation } from "../../src/interpretation/ClassificationInterpretation.js";
import { compareWithArticle } from "../../src/xrays/compareWithArticle.js";
import type { Predictions } from "../../src/statistics/Predictions.js";
import { tinyLearner } from "../support/tinyLearner.js";

/** Items of the article's confusion matrix, in this order: TN, FP, FN, TP. */
function articlePredictions(): Predictions {
  const kinds = [
    { n: 173, y: 0, p: 0.1 },
    { n: 61, y: 0, p: 0.8 },
    { n: 5, y: 1, p: 0.3 },
    { n: 385, y: 1, p: 0.95 },
  ].flatMap(({ n, y, p }) => Array.from({ length: n }, () => ({ y, p })));
  return {
    probs: Float32Array.from(kinds.flatMap(({ p }) => [1 - p, p])),
    y: Int32Array.from(kinds.map(({ y }) => y)),
    losses: Float32Array.from(kinds.map(({ y, p }) => -Math.log(y === 1 ? p : 1 - p))),
    classes: ["NORMAL", "PNEUMONIA"],
  };
}

describe("ClassificationInterpretation", () => {
  const [figures, tables]: [Figure[], Table[]] = [[], []];
  let previous: Display;
  beforeEach(() => {
    previous = setDisplay({
      ...silentDisplay,
      figure: (figure) => Promise.resolve(void figures.push(figure)),
      table: (table) => void tables.push(table),
    });
  });
  afterEach(() => {
    setDisplay(previous);
    figures.length = tables.length = 0;
  });

  it("speaks of the class that is not normal, else of the second, or of what is asked for", () => {
    const preds = articlePredictions();
    const positive = (classes: string[], positiveClass?: string) =>
      ClassificationInterpretation.fromPredictions({ ...preds, classes }, { positiveClass }).positiveClass;
    assert.equal(positive(["PNEUMONIA", "normal"]), "PNEUMONIA");
    assert.equal(positive(["CAT", "DOG"]), "DOG");
    assert.equal(positive(["CAT", "DOG"], "CAT"), "CAT");
    assert.throws(() => positive(["CAT", "DOG"], "COW"), /no class "COW"[\s\S]*CAT, DOG/);
  });

  it("gives every number with its interval", () => {
    const metrics = ClassificationInterpretation.fromPredictions(articlePredictions()).metrics();
    assert.deepEqual(metrics.confusionMatrix, [
      [173, 61],
      [5, 385],
    ]);
    assert.equal(metrics.errorRate, 66 / 624);
    assert.equal(metrics.specificity, 173 / 234);
    assert.deepEqual(
      metrics.intervals.accuracy?.map((end) => end.toFixed(3)),
      ["0.868", "0.916"],
    );
  });

  it("draws the matrix as fast.ai does, its numbers in words beside", async () => {
    const interp = ClassificationInterpretation.fromPredictions(articlePredictions());
    await interp.plotConfusionMatrix();
    await interp.plotConfusionMatrix({ normalize: true });
    const [counts, shares] = figures;
    assert.deepEqual(counts?.data[0]?.z, interp.confusionMatrix());
    assert.match(counts.alt, /Actual PNEUMONIA, predicted NORMAL: 5/);
    const numbers = (figure?: Figure) => figure?.data[1] as { text: string[]; textfont: { color: string[] } };
    assert.deepEqual(numbers(shares).text, ["0.74", "0.26", "0.01", "0.99"]);
    assert.deepEqual(numbers(counts).text, ["173", "61", "5", "385"]);
    assert.deepEqual(numbers(counts).textfont.color, ["black", "black", "black", "white"]);
    // The first class on top.
    assert.deepEqual((counts.layout.yaxis as { range: number[] }).range, [1.5, -0.5]);
  });

  it("lists what was confused, and the worst losses with their files", () => {
    const preds = articlePredictions();
    const paths = Array.from(preds.y, (_, i) => `image-${i}.jpeg`);
    const interp = ClassificationInterpretation.fromPredictions(preds, { paths });
    assert.deepEqual(interp.mostConfused(6), [{ actual: "NORMAL", predicted: "PNEUMONIA", count: 61 }]);
    assert.equal(interp.mostConfused().length, 2);
    const [worst] = interp.topLosses(1);
    assert.equal(worst?.path, "image-173.jpeg");
    assert.equal(worst.actual, "NORMAL");
    assert.equal(worst.predicted, "PNEUMONIA");
    assert.ok(Math.abs(worst.probability - 0.2) < 1e-6);
  });

  it("has precision, recall, F1 and support of each class in a table, and shows it", () => {
    const interp = ClassificationInterpretation.fromPredictions(articlePredictions());
    interp.showSummary();
    assert.deepEqual(tables.at(-1), interp.classTable());
    const { columns, rows, note } = interp.classTable();
    assert.deepEqual(columns, ["class", "precision", "recall", "F1", "support"]);
    // As scikit-learn's classification_report has them.
    assert.deepEqual(rows, [
      ["NORMAL", "0.972 (0.936 to 0.988)", "0.739 (0.680 to 0.791)", "0.840", "234"],
      ["PNEUMONIA", "0.863 (0.828 to 0.892)", "0.987 (0.970 to 0.995)", "0.921", "390"],
      ["mean of the classes", "0.918", "0.863", "0.880", "624"],
    ]);
    assert.equal(note, undefined);
    const classes = ["a", "b", "c"];
    const three = { probs: Float32Array.from([1, 0, 0, 1, 0, 0]), y: Int32Array.from([0, 1]), classes };
    const sparse = ClassificationInterpretation.fromPredictions({ ...three, losses: new Float32Array(2) });
    assert.deepEqual(sparse.classTable().rows[2], ["c", "–", "–", "0.000", "0"]);
    assert.match(sparse.classTable().note ?? "", /no image is of c; .*no image is predicted to be c/);
  });

  it("shows counts and intervals", () => {
    ClassificationInterpretation.fromPredictions(articlePredictions()).showSummary();
    const recall = tables[0]?.rows.find(([name]) => name?.startsWith("recall"));
    assert.deepEqual(recall?.slice(1), ["0.987", "385/390", "0.970 to 0.995"]);
    assert.deepEqual(tables[0]?.rows.at(-1), ["balanced accuracy", "0.863", "", ""]);
  });

  it("shows a dash where nothing was predicted to be of the class", () => {
    const y = Int32Array.of(0, 1, 1);
    const probs = Float32Array.of(0.9, 0.1, 0.9, 0.1, 0.9, 0.1);
    const preds = { probs, y, losses: new Float32Array(3), classes: ["NORMAL", "PNEUMONIA"] };
    const interp = ClassificationInterpretation.fromPredictions(preds);
    const row = interp.summary().rows.find(([name]) => name?.startsWith("precision"));
    assert.deepEqual(row?.slice(1), ["–", "0/0", "–"]);
    assert.equal(compareWithArticle(interp).table.rows[1]?.[1], "– = 0/0 (–)");
    const json = JSON.parse(JSON.stringify(interp.metrics())) as { precision: unknown };
    assert.equal(json.precision, null);
  });

  it("says once why there is a dash, and draws no shares of a class without images", async () => {
    const probs = Float32Array.of(0.9, 0.1, 0.8, 0.2);
    const preds = {
      probs,
      y: new Int32Array(2),
      losses: new Float32Array(2),
      classes: ["NORMAL", "PNEUMONIA"],
    };
    const interp = ClassificationInterpretation.fromPredictions(preds);
    assert.equal(
      interp.summary().note,
      "A dash marks a value that is not defined: no image is of PNEUMONIA; no image is predicted to be PNEUMONIA.",
    );
    assert.equal(
      ClassificationInterpretation.fromPredictions(articlePredictions()).summary().note,
      undefined,
    );
    await interp.plotConfusionMatrix({ normalize: true });
    assert.match(figures[0]?.alt ?? "", /Actual PNEUMONIA, predicted NORMAL: –/);
    assert.match(figures[0]?.alt ?? "", /Actual NORMAL, predicted NORMAL: 1\.00/);
  });

  it("keeps the set that was predicted, and names it everywhere", async () => {
    const learn = await tinyLearner();
    const { data } = learn;
    const other = data.loader(data.trainDs, data.dsTfms.valid);
    const [alts, texts]: [string[], string[]] = [[], []];
    const showing = setDisplay({
      ...silentDisplay,
      figure: (figure) => Promise.resolve(void figures.push(figure)),
      table: (table) => void tables.push(table),
      image: (_, { alt }) => void alts.push(alt),
      text: (text) => void texts.push(text),
    });
    try {
      for (const [options, images] of [
        [{}, "6 validation images"],
        [{ dsType: "train" }, "12 training images"],
        [{ dl: data.fixDl }, "12 training images"],
        [{ dl: other }, "12 other images"],
        [{ dl: other, set: "held-out" }, "12 held-out images"],
      ] as const) {
        figures.length = tables.length = alts.length = texts.length = 0;
        const interp = await ClassificationInterpretation.fromLearner(learn, options);
        assert.equal(interp.images, images);
        const set = interp.set ?? "";
        interp.showSummary();
        interp.binary().showEstimates({ resamples: 100 });
        interp.binary().showSubgroups(interp.topLosses().map(() => "all"));
        interp.binary().showPredictiveValues();
        interp.binary().showThreshold(interp.binary().chooseThreshold("youden"), interp.binary());
        for (const { caption, columns } of tables) {
          assert.ok([caption, ...columns].join().includes(set), [caption, ...columns].join());
        }
        assert.ok(compareWithArticle(interp).table.caption?.includes(images));
        await interp.plotConfusionMatrix();
        await interp.binary().plotRoc();
        await interp.binary().plotPrecisionRecall();
        await interp.binary().plotReliability();
        assert.equal(figures.length, 4);
        for (const { alt, layout } of figures) {
          assert.ok(alt.includes(images), alt);
          assert.ok((layout.title as { text: string }).text.includes(images));
        }
        await interp.plotTopLosses(learn, 2);
        await interp.plotCases(learn, 1, { heatmap: true });
        assert.match(alts[0] ?? "", new RegExp(`^2 ${set} images, row by row`));
        assert.match(alts[1] ?? "", new RegExp(`^2 ${set} images and heat maps, row by row`));
        assert.ok(texts.some((text) => text.startsWith(`2 ${set} images: prediction / actual`)));
        // The worst is a file of that set.
        const { items } = images.startsWith("6") ? data.validDs : data.trainDs;
        const [worst] = interp.topLosses(1);
        assert.equal(worst?.path, items[worst?.index ?? -1]?.path);
      }
    } finally {
      setDisplay(showing);
      learn.dispose();
    }
  });

  it("takes predictions and files from a learner", async () => {
    const preds = articlePredictions();
    const items = Array.from(preds.y, (_, i) => ({ path: `image-${i}.jpeg` }));
    const trained = items.map(({ path }) => ({ path: `train/${path}` }));
    const asked: string[] = [];
    const learn = {
      data: { trainDs: { items: trained }, validDs: { items } },
      getPreds: ({ dsType }: { readonly dsType?: string }) => {
        asked.push(dsType ?? "");
        return Promise.resolve(preds);
      },
    };
    const interp = await ClassificationInterpretation.fromLearner(learn);
    assert.equal(interp.topLosses(2)[1]?.path, "image-174.jpeg");
    assert.equal(interp.topLosses().length, 624);
    const training = await ClassificationInterpretation.fromLearner(learn, { dsType: "train" });
    assert.equal(training.topLosses(2)[1]?.path, "train/image-174.jpeg");
    assert.deepEqual(asked, ["valid", "train"]);
  });

  it("stands beside the article", () => {
    const interp = ClassificationInterpretation.fromPredictions(articlePredictions());
    const { table, remark } = compareWithArticle(interp);
    const precision = table.rows.find(([name = ""]) => name.startsWith("precision")) ?? [];
    assert.match(precision[1] ?? "", /^0\.863 = 385\/446/);
    assert.equal(precision[1], precision[2]);
    assert.equal(precision[3], "0.84");
    assert.match(remark, /^Every confidence interval of this run overlaps.*not the choice of seed\.$/);
  });

  it("says which intervals are apart from the article's", () => {
    const y = Int32Array.from({ length: 600 }, (_, i) => i % 2);
    const probs = Float32Array.from(Array.from(y, () => [0.1, 0.9]).flat());
    const preds = { probs, y, losses: new Float32Array(600), classes: ["NORMAL", "PNEUMONIA"] };
    const { table, remark } = compareWithArticle(ClassificationInterpretation.fromPredictions(preds));
    assert.match(table.caption ?? "", /600 images. The article: 624/);
    assert.match(remark, /accuracy, precision, specificity do not overlap.*evaluated on other images/);
  });
});
