import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { kermanyCause } from "../../src/xrays/kermanyCause.js";
import { type Display, type Figure, setDisplay, silentDisplay, type Table } from "../../src/core/Display.js";
import { ClassificationInterpretation } from "../../src/interpretation/ClassificationInterpretation.js";
import { quartiles } from "../../src/statistics/subgroups.js";
import type { Predictions } from "../../src/statistics/Predictions.js";
import { refuses } from "../support/refuses.js";

const classes = ["NORMAL", "PNEUMONIA"];
function predictions(ill: readonly number[], y: readonly number[]): Predictions {
  const probs = Float32Array.from(ill.flatMap((p) => [1 - p, p]));
  return { probs, y: Int32Array.from(y), losses: new Float32Array(y.length), classes };
}
const held = predictions([0.1, 0.2, 0.3, 0.6, 0.7, 0.9], [0, 0, 1, 0, 1, 1]);
const test = predictions([0.05, 0.25, 0.35, 0.4, 0.55, 0.65, 0.8, 0.95], [0, 0, 0, 1, 0, 1, 1, 1]);

describe("one class against the rest", () => {
  let [tables, figures]: [Table[], Figure[]] = [[], []];
  let previous: Display;
  beforeEach(() => {
    [tables, figures] = [[], []];
    previous = setDisplay({
      ...silentDisplay,
      table: (table) => void tables.push(table),
      figure: (figure) => {
        figures.push(figure);
        return Promise.resolve();
      },
    });
  });
  afterEach(() => {
    setDisplay(previous);
  });

  const binary = (preds: Predictions, set: string) =>
    ClassificationInterpretation.fromPredictions(preds).binary({ set });

  it("shows what a temperature does to the probabilities", () => {
    const plain = binary(predictions([0.9, 0.8, 0.2, 0.1], [1, 0, 0, 0]), "test");
    const cooled = binary(predictions([0.7, 0.6, 0.4, 0.3], [1, 0, 0, 0]), "test");
    plain.showTemperature(2.5, cooled);
    assert.deepEqual(tables[0]?.columns, ["measure", "as the net gives them", "at the temperature 2.500"]);
    // (0.01 + 0.64 + 0.04 + 0.01) / 4, and (0.09 + 0.36 + 0.16 + 0.09) / 4.
    assert.deepEqual(tables[0].rows[0], ["Brier score", "0.1750", "0.1750"]);
  });

  it("takes a threshold that calls nothing positive, and refuses one that is none", () => {
    const turned = binary(predictions([0.9, 0.8, 0.2, 0.1], [0, 0, 1, 1]), "test");
    const chosen = turned.chooseThreshold("youden");
    assert.equal(chosen.threshold, Infinity);
    turned.showThreshold(chosen, turned);
    assert.deepEqual(tables[0]?.rows[0], [
      "recall (sensitivity)",
      "0.000 = 0/2",
      "0.000 = 0/2",
      "0.000 = 0/2",
    ]);
    for (const threshold of [NaN, -1]) {
      for (const use of [
        () => turned.counts({ threshold }),
        () => turned.estimates({ threshold }),
        () => turned.subgroups(["a", "a", "b", "b"], { threshold }),
      ]) {
        assert.throws(use, { name: "UserError", message: new RegExp(`threshold is ${threshold}`) });
      }
    }
  });

  it("shows a threshold on the set that chose it and on the one that reports it", () => {
    const [choosing, reporting] = [binary(held, "held-out"), binary(test, "test")];
    const chosen = choosing.chooseThreshold({ recall: 1 });
    assert.ok(Math.abs(chosen.threshold - 0.3) < 1e-7);
    reporting.showThreshold(chosen, choosing);
    assert.deepEqual(tables[0]?.columns, [
      "measure",
      "held-out (threshold chosen here)",
      "test (threshold applied)",
      "test at threshold 0.5",
    ]);
    assert.deepEqual(tables[0].rows.slice(0, 2), [
      ["recall (sensitivity)", "1.000 = 3/3", "1.000 = 4/4", "0.750 = 3/4"],
      ["specificity", "0.667 = 2/3", "0.500 = 2/4", "0.750 = 3/4"],
    ]);
    assert.deepEqual(tables[0].rows.at(-1), ["false alarms (false positives)", "1", "2", "1"]);
    assert.match(
      tables[0].caption ?? "",
      /PNEUMONIA predicted at a probability of 0\.300 or more; the threshold was chosen for a recall of at least 1 /,
    );
  });

  it("shows every measure with its interval, and says whom the bootstrap drew", () => {
    const groups = ["a", "a", "b", "b", "c", "c", "d", "d"];
    binary(test, "test").showEstimates({ groups, resamples: 200 });
    const { rows = [], caption } = tables[0] ?? {};
    assert.match(
      caption ?? "",
      /8 test images.*95% confidence intervals by the bootstrap, resampling 4 groups of images/,
    );
    assert.deepEqual(rows.find(([name]) => name === "area under the ROC curve (AUROC)")?.slice(0, 2), [
      "area under the ROC curve (AUROC)",
      "0.938",
    ]);
    for (const [name, value, interval] of rows as [string, string, string][]) {
      const [low = NaN, high = NaN] = interval.split(" to ").map(Number);
      assert.ok(low <= Number(value) && Number(value) <= high, `${name}: ${value} in ${interval}`);
    }
  });

  it("shows what an answer is worth where few are ill", () => {
    binary(test, "test").showPredictiveValues({ prevalences: [0.001, 0.5] });
    // Recall and specificity are 3/4: of 1000, 0.75 ill and 249.75 well are called.
    assert.deepEqual(tables[0]?.rows, [
      ["0.1%", "0.003", "334.0", "0.99967"],
      ["50%", "0.750", "1.3", "0.75000"],
    ]);
  });

  it("calls even chances as the confusion matrix does, unless a threshold is given", () => {
    const even = predictions([0.5, 0.5, 0.9], [0, 1, 1]);
    for (const classes of [
      ["NORMAL", "PNEUMONIA"],
      ["PNEUMONIA", "normal"],
    ]) {
      const interp = ClassificationInterpretation.fromPredictions({ ...even, classes });
      const { tp, fp, fn, tn } = interp.binary().counts();
      assert.deepEqual([tp, tp + fn], [interp.recall().hits, interp.recall().of]);
      assert.deepEqual([tn, tn + fp], [interp.specificity().hits, interp.specificity().of]);
      assert.equal(interp.binary().estimates({ resamples: 100 }).accuracy.value, interp.accuracy().value);
    }
    assert.equal(binary(even, "test").counts({ threshold: 0.5 }).tp, 2);
  });

  it("refuses the threshold of another class", async () => {
    const interp = ClassificationInterpretation.fromPredictions(test);
    const [ill, well] = [interp.binary(), interp.binary({ positive: "NORMAL" })];
    const chosen = well.chooseThreshold("youden");
    const parts = ["chosen for NORMAL, and here PNEUMONIA is the positive class", "Choose it for PNEUMONIA"];
    for (const use of [
      () => ill.counts(chosen),
      () => ill.estimates(chosen),
      () => ill.subgroups(Array<string>(8).fill("a"), chosen),
      () => {
        ill.showThreshold(chosen, well);
      },
      () => {
        ill.showPredictiveValues(chosen);
      },
    ]) {
      await refuses(use, ...parts);
    }
    assert.deepEqual(well.counts(chosen), chosen.counts);
  });

  it("says of which class, set and threshold each table is, and once why a cell is a dash", async () => {
    const ill = ClassificationInterpretation.fromPredictions({ ...test, set: "training" }).binary();
    const groups = ["a", "a", "a", "b", "b", "b", "b", "b"];
    ill.showSubgroups(groups, { threshold: 0.3 });
    ill.showPredictiveValues({ threshold: 0.3, prevalences: [0.5] });
    ill.showEstimates({ threshold: 0.3, resamples: 100 });
    ill.showEstimates({ threshold: Infinity, resamples: 100 });
    const [subgroups, worth, estimates, nobody] = tables;
    for (const table of [subgroups, worth, estimates]) {
      assert.match(
        table?.caption ?? "",
        /8 training images, PNEUMONIA predicted at a probability of 0\.300 or more/,
      );
    }
    assert.deepEqual(subgroups?.columns.slice(3), [
      "recall (sensitivity) of PNEUMONIA",
      "specificity of PNEUMONIA",
    ]);
    assert.equal(
      subgroups.note,
      "A dash marks a value that is not defined: the group has no image of PNEUMONIA, or none of another class.",
    );
    assert.deepEqual(worth?.columns, [
      "prevalence of PNEUMONIA",
      "positive predictive value (PPV)",
      "alarms per case found",
      "negative predictive value (NPV)",
    ]);
    assert.deepEqual([worth.note, estimates?.note], [undefined, undefined]);
    assert.match(nobody?.caption ?? "", /8 training images, no image predicted PNEUMONIA/);
    assert.equal(
      nobody?.note,
      "A dash marks a value that is not defined: no image is predicted to be PNEUMONIA.",
    );
    const healthy = binary(predictions([0.2, 0.6], [0, 0]), "test");
    healthy.showEstimates({ resamples: 100 });
    assert.equal(tables.at(-1)?.note, "A dash marks a value that is not defined: no image is of PNEUMONIA.");
    await refuses(() => {
      healthy.showPredictiveValues();
    }, "0 of 2 test images are of PNEUMONIA");
  });

  it("draws its curves with their numbers in words", async () => {
    const ill = binary(test, "test");
    await ill.plotRoc({ thresholds: [0.5, 0.3] });
    await ill.plotPrecisionRecall();
    await ill.plotReliability(4);
    assert.deepEqual(
      figures.map(({ alt }) => alt),
      [
        "ROC curve: PNEUMONIA, 8 test images: AUROC 0.938. At threshold 0.500: false positive rate 0.250, recall 0.750. " +
          "At threshold 0.300: false positive rate 0.500, recall 1.000.",
        "Precision-recall curve: PNEUMONIA, 8 test images: average precision 0.950; predicting every image positive " +
          "gives the prevalence, 0.500, as precision. At threshold 0.500: recall 0.750, precision 0.750.",
        "Reliability diagram: PNEUMONIA, 8 test images: expected calibration error 0.125. 2 images: predicted 0.150, " +
          "observed 0.000; 2 images: predicted 0.375, observed 0.500; 2 images: predicted 0.600, observed 0.500; " +
          "2 images: predicted 0.875, observed 1.000.",
      ],
    );
  });

  it("shows parts of the set, and leaves out what a part has nothing of", () => {
    const causes = [
      ...["IM-0001-0001", "IM-0003-0001", "NORMAL2-IM-0007-0001", "person1_bacteria_1", "IM-0005-0001"],
      ...["person2_virus_2", "person3_virus_3", "person4_bacteria_4"],
    ].map((name) => kermanyCause(`/folder_virus_x/${name}.jpeg`));
    assert.throws(() => kermanyCause("/data/cat.jpeg"), /cat\.jpeg has no name of Kermany's X-rays/);
    binary(test, "test").showSubgroups(causes);
    assert.deepEqual(
      tables[0]?.rows.map(([group, n, errors = "", recall = "", specificity = ""]) => [
        group,
        n,
        ...[errors, recall, specificity].map((cell) => cell.replace(/ \(.*/, "")),
      ]),
      [
        ["bacteria", "2", "0.500 = 1/2", "0.500 = 1/2", "–"],
        ["normal", "4", "0.250 = 1/4", "–", "0.750 = 3/4"],
        ["virus", "2", "0.000 = 0/2", "1.000 = 2/2", "–"],
      ],
    );
    assert.deepEqual(quartiles("side", [10, 40, 20, 30]), [
      "side, quartile 1: 10 to 20",
      "side, quartile 4: 40 to 40",
      "side, quartile 2: 20 to 30",
      "side, quartile 3: 30 to 40",
    ]);
  });

  it("refuses groups that do not fit, unknown classes, items without labels and numbers that are none", async () => {
    await refuses(() => binary(test, "test").subgroups(["a"]), "1 groups for 8 items");
    const interp = ClassificationInterpretation.fromPredictions(test);
    await refuses(() => interp.binary({ positive: "COVID" }), 'There is no class "COVID"');
    const { BinaryInterpretation } = await import("../../src/interpretation/BinaryInterpretation.js");
    const unlabelled = { ...test, y: new Int32Array(8).fill(-1) };
    await refuses(() => new BinaryInterpretation(unlabelled, "PNEUMONIA", "test"), "have no labels");
    const diverged = predictions([NaN], [1]);
    await refuses(() => new BinaryInterpretation(diverged, "PNEUMONIA", "test"), "diverged");
  });
});
