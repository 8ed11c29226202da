import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { projectRoot } from "../../../src/core/environment.js";
import {
  type Average,
  fBeta,
  kappaScore,
  type KappaWeights,
  matthewsCorreff,
  type Metric,
  precision,
  recall,
  topKAccuracy,
} from "../../../src/index.js";
import { Learner } from "../../../src/training/Learner.js";
import { metricName } from "../../../src/training/metrics/metrics.js";
import { drawnData } from "../../support/drawnData.js";
import { tinyNet } from "../../support/tinyNet.js";

interface Options {
  readonly average?: Average;
  readonly pos_label?: number;
  readonly beta?: number;
  readonly weights?: KappaWeights;
  readonly k?: number;
}

interface Case {
  readonly c: number;
  readonly logits: readonly number[];
  readonly y: readonly number[];
  readonly values: readonly {
    readonly name: string;
    readonly options: Options;
    readonly value: number | null;
  }[];
}

/** Made by fastaiMetrics.py. */
const cases = JSON.parse(
  readFileSync(path.join(projectRoot, "test/training/metrics/fastaiMetrics.json"), "utf8"),
) as Case[];

const ours: Readonly<Record<string, (options: Options) => Metric>> = {
  Precision: ({ average, pos_label: posLabel }) => precision({ average, posLabel }),
  Recall: ({ average, pos_label: posLabel }) => recall({ average, posLabel }),
  FBeta: ({ average, pos_label: posLabel, beta }) => fBeta({ average, posLabel, beta }),
  KappaScore: ({ weights }) => kappaScore({ weights }),
  MatthewsCorreff: () => matthewsCorreff(),
  top_k_accuracy: ({ k }) => topKAccuracy({ k }),
};

const input = (c: number, logits: readonly number[], y: readonly number[]) => ({
  ...{ c, logits: Float32Array.from(logits), y: Int32Array.from(y) },
});

describe("metrics of fast.ai", () => {
  for (const { c, logits, y, values } of cases) {
    it(`are fastai's own for ${c} classes`, () => {
      assert.ok(values.length > 10);
      for (const { name, options, value } of values) {
        const got = ours[name]?.(options)(input(c, logits, y)) ?? NaN;
        // fastai counts and divides in float32.
        assert.ok(
          Math.abs(got - (value ?? NaN)) < 2e-6,
          `${name} ${JSON.stringify(options)}: ${got}, ${value}`,
        );
      }
    });
  }

  it("speak of the class asked for, also where there are many", () => {
    const three = input(3, [1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1], [0, 1, 2, 2]);
    assert.equal(precision({ posLabel: 1 })(three), 1 / 2);
    assert.ok(Math.abs(precision()(three) - (1 + 1 / 2 + 1) / 3) < 1e-12);
    // Class 0 is never predicted, and class 1's precision is what it is.
    assert.equal(precision()(input(2, [0, 1, 0, 1], [1, 0])), 1 / 2);
    assert.ok(Math.abs(kappaScore()(three) - 7 / 11) < 1e-12);
  });

  it("count equal outputs once, and NaN never", () => {
    const equal = input(3, [1, 1, 1, NaN, NaN, NaN], [1, 0]);
    assert.deepEqual(
      [1, 2, 3].map((k) => topKAccuracy({ k })(equal)),
      [0, 1 / 2, 1 / 2],
    );
  });

  it("of one kind have columns of their own", () => {
    assert.deepEqual(
      [recall(), recall({ posLabel: 0 }), recall({ average: "macro" }), topKAccuracy()].map(metricName),
      ["recall", "recall_0", "recall_macro", "top_k_accuracy"],
    );
  });

  it("are refused before a learner trains that has other classes", () => {
    for (const [metric, message] of [
      [topKAccuracy(), /k is 5; there are 2 classes/],
      [recall({ posLabel: 2 }), /posLabel is 2; there are 2 classes/],
    ] as const) {
      const net = tinyNet();
      assert.throws(() => new Learner(drawnData(), net, "tiny", { metrics: [metric] }), message);
      net.dispose();
    }
  });

  it("refuse what they cannot do", () => {
    assert.throws(() => topKAccuracy()(input(3, [1, 2, 3], [0])), /k is 5; there are 3 classes/);
    assert.throws(() => topKAccuracy({ k: 0 }), /k is 0/);
    assert.throws(() => kappaScore({ weights: "cubic" as KappaWeights }), /weights is "cubic"/);
    assert.throws(() => precision({ average: "mean" as Average }), /average is "mean"/);
  });
});
