import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { averageOf, balancedAccuracyOf } from "../../src/statistics/averageOf.js";
import {
  accuracyOf,
  classCounts,
  confusionMatrix,
  type ConfusionMatrix,
  countConfusions,
  errorRateOf,
  rowShares,
} from "../../src/statistics/confusionMatrix.js";
import {
  type Counts,
  fBetaOf,
  matrixOf,
  negativePredictiveValueOf,
  precisionOf,
  prevalenceOf,
  recallOf,
  specificityOf,
} from "../../src/statistics/Counts.js";
import { formatEstimated, formatInterval } from "../../src/statistics/format.js";
import type { Share } from "../../src/statistics/Share.js";
import { ofIndependent, overlap, wilsonInterval } from "../../src/statistics/wilsonInterval.js";

/** The article's matrix: NORMAL, PNEUMONIA. */
const article = [
  [173, 61],
  [5, 385],
];
const three = [
  [4, 1, 0],
  [2, 3, 1],
  [0, 0, 5],
];

const countsOf = (matrix: ConfusionMatrix, label: number): Counts => {
  const counts = classCounts(matrix)[label];
  assert.ok(counts);
  return counts;
};

describe("measures of a confusion matrix", () => {
  const cases: [name: string, measured: Share, hits: number, of: number][] = [
    ["accuracy", accuracyOf(article), 558, 624],
    ["error rate", errorRateOf(article), 66, 624],
    ["precision", precisionOf(countsOf(article, 1)), 385, 446],
    ["recall", recallOf(countsOf(article, 1)), 385, 390],
    ["specificity", specificityOf(countsOf(article, 1)), 173, 234],
    ["precision of the other class", precisionOf(countsOf(article, 0)), 173, 178],
    ["recall of the other class is this one's specificity", recallOf(countsOf(article, 0)), 173, 234],
    ["accuracy of three classes", accuracyOf(three), 12, 16],
    ["precision of three classes", precisionOf(countsOf(three, 1)), 3, 4],
    ["recall of three classes", recallOf(countsOf(three, 1)), 3, 6],
    ["negative predictive value", negativePredictiveValueOf(countsOf(article, 1)), 173, 178],
    ["prevalence", prevalenceOf(countsOf(article, 1)), 390, 624],
    ["specificity of three classes", specificityOf(countsOf(three, 1)), 9, 10],
  ];
  for (const [name, measured, hits, of] of cases) {
    it(name, () => {
      assert.deepEqual(measured, { hits, of, value: hits / of });
    });
  }

  it("the article's printed numbers", () => {
    assert.equal(accuracyOf(article).value.toFixed(3), "0.894");
    assert.equal(precisionOf(countsOf(article, 1)).value.toFixed(3), "0.863");
    assert.equal(recallOf(countsOf(article, 1)).value.toFixed(3), "0.987");
  });

  it("a class that is never predicted has no precision; one that never occurs, no recall", () => {
    const none = [
      [3, 0],
      [2, 0],
    ];
    assert.ok(Number.isNaN(precisionOf(countsOf(none, 1)).value));
    assert.equal(recallOf(countsOf(none, 1)).value, 0);
    assert.ok(
      Number.isNaN(
        recallOf(
          countsOf(
            [
              [3, 1],
              [0, 0],
            ],
            1,
          ),
        ).value,
      ),
    );
  });

  it("balanced accuracy and F-beta", () => {
    assert.ok(Math.abs(balancedAccuracyOf(classCounts(article)) - (173 / 234 + 385 / 390) / 2) < 1e-12);
    const [p, r] = [385 / 446, 385 / 390];
    assert.ok(Math.abs(fBetaOf(countsOf(article, 1), 1) - (2 * p * r) / (p + r)) < 1e-12);
    assert.ok(Math.abs(fBetaOf(countsOf(article, 1), 2) - (5 * p * r) / (4 * p + r)) < 1e-12);
    assert.equal(balancedAccuracyOf(classCounts(three)), (4 / 5 + 3 / 6 + 5 / 5) / 3);
  });

  it("F-beta is 0 where precision is unknown, as in fast.ai", () => {
    const neverPredicted = [
      [3, 0],
      [2, 0],
    ];
    assert.equal(fBetaOf(countsOf(neverPredicted, 1), 2), 0);
  });
});

describe("averages over classes", () => {
  const classes = classCounts(three);
  const precision = (counts: Counts) => precisionOf(counts).value;
  it("are scikit-learn's", () => {
    // precision_score of the same items.
    assert.ok(Math.abs(averageOf(classes, "micro", precision) - 12 / 16) < 1e-12);
    assert.ok(Math.abs(averageOf(classes, "macro", precision) - (4 / 6 + 3 / 4 + 5 / 6) / 3) < 1e-12);
    const weighted = (5 * (4 / 6) + 6 * (3 / 4) + 5 * (5 / 6)) / 16;
    assert.ok(Math.abs(averageOf(classes, "weighted", precision) - weighted) < 1e-12);
  });

  it("leave out a class without items only where they weigh by items", () => {
    const absent = classCounts([
      [2, 0, 0],
      [1, 1, 0],
      [0, 0, 0],
    ]);
    assert.ok(Number.isNaN(averageOf(absent, "macro", precision)));
    assert.ok(Math.abs(averageOf(absent, "weighted", precision) - (2 / 3 + 1) / 2) < 1e-12);
  });
});

describe("four counts", () => {
  it("are a class against the rest, and a matrix again", () => {
    assert.deepEqual(countsOf(article, 1), { tp: 385, fp: 61, fn: 5, tn: 173 });
    assert.deepEqual(countsOf(three, 1), { tp: 3, fp: 1, fn: 3, tn: 9 });
    assert.deepEqual(matrixOf(countsOf(article, 1)), article);
  });
  it("are written with their interval", () => {
    assert.equal(
      formatEstimated(ofIndependent(recallOf(countsOf(article, 1)))),
      "0.987 = 385/390 (0.970 to 0.995)",
    );
  });
});

describe("counting", () => {
  it("puts actual classes in rows and takes the first of equal probabilities", () => {
    const probs = Float32Array.of(0.9, 0.1, 0.5, 0.5, 0.2, 0.8, 0.3, 0.7);
    const matrix = confusionMatrix({ probs, y: Int32Array.of(0, 1, 1, 0), classes: ["A", "B"] });
    assert.deepEqual(matrix, [
      [1, 1],
      [1, 1],
    ]);
  });

  it("counts three classes, and a number of items that no batch size divides", () => {
    const predicted = [0, 0, 1, 2, 2, 1, 0];
    const probs = Float32Array.from(predicted.flatMap((k) => [0, 1, 2].map((i) => (i === k ? 0.6 : 0.2))));
    const y = Int32Array.of(0, 1, 1, 2, 2, 2, 0);
    assert.deepEqual(confusionMatrix({ probs, y, classes: ["A", "B", "C"] }), [
      [2, 0, 0],
      [1, 1, 0],
      [0, 1, 2],
    ]);
  });

  it("gives each cell's share of its row, and none in a class without items", () => {
    assert.deepEqual(
      rowShares([
        [3, 1],
        [0, 0],
      ]),
      [
        [0.75, 0.25],
        [NaN, NaN],
      ],
    );
  });

  it("refuses a class that is not one of them, also where only labels were predicted", () => {
    assert.throws(() => countConfusions([0], Int32Array.of(-1), 2), /item 0 is of class -1, of 2 classes/);
  });

  it("refuses what is not a number, with the remedy", () => {
    const preds = { probs: Float32Array.of(1, 0, NaN, NaN), y: Int32Array.of(0, 1), classes: ["A", "B"] };
    assert.throws(() => confusionMatrix(preds), {
      name: "UserError",
      message: /item 1 is not a number[\s\S]*learn\.load/,
    });
  });

  it("refuses probabilities that do not fit the items", () => {
    const preds = { probs: Float32Array.of(1, 0), y: Int32Array.of(0, 1), classes: ["A", "B"] };
    assert.throws(() => confusionMatrix(preds), /2 probabilities do not fit 2 items of 2 classes/);
  });

  it("refuses a class index that is out of range", () => {
    const preds = { probs: Float32Array.of(1, 0), y: Int32Array.of(2), classes: ["A", "B"] };
    const unlabelled = { ...preds, y: preds.y.map(() => -1) };
    assert.throws(() => confusionMatrix(unlabelled), /These predictions have no labels to compare with/);
    assert.throws(() => confusionMatrix(preds), /item 0 is of class 2, of 2 classes/);
  });
});

describe("Wilson's interval", () => {
  // 0.894 itself, not the nearest count, is how the article's number is usually quoted.
  const cases: [hits: number, n: number, low: string, high: string][] = [
    [558, 624, "0.868", "0.916"],
    [0.894 * 624, 624, "0.867", "0.916"],
    [579, 624, "0.905", "0.946"],
    [538, 624, "0.833", "0.887"],
    [0, 10, "0.000", "0.278"],
    [10, 10, "0.722", "1.000"],
  ];
  for (const [hits, n, low, high] of cases) {
    it(`${hits} of ${n}`, () => {
      const interval = wilsonInterval(hits, n);
      assert.deepEqual(
        interval.map((end) => end.toFixed(3)),
        [low, high],
      );
    });
  }
  it("of nothing is unknown", () => {
    assert.ok(wilsonInterval(0, 0).every(Number.isNaN));
    assert.equal(formatInterval(wilsonInterval(0, 0)), "–");
  });

  const pairs: [a: [number, number], b: [number, number], shared: boolean][] = [
    [[0.1, 0.3], [0.2, 0.4], true],
    [[0.1, 0.4], [0.2, 0.3], true],
    [[0.1, 0.2], [0.2, 0.3], true],
    [[0.1, 0.2], [0.3, 0.4], false],
    [[NaN, NaN], [0, 1], false],
  ];
  for (const [a, b, shared] of pairs) {
    it(`${a.join("..")} and ${b.join("..")} ${shared ? "overlap" : "are apart"}`, () => {
      assert.equal(overlap(a, b), shared);
      assert.equal(overlap(b, a), shared);
    });
  }
});
