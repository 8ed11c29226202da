import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setDisplay, silentDisplay } from "../../../src/core/Display.js";
import { EarlyStoppingCallback } from "../../../src/training/callbacks/EarlyStoppingCallback.js";
import { SaveModelCallback } from "../../../src/training/callbacks/SaveModelCallback.js";
import {
  auroc,
  fBeta,
  kappaScore,
  precision,
  recall,
} from "../../../src/training/metrics/confusionMetrics.js";
import { Learner } from "../../../src/training/Learner.js";
import { metricColumns } from "../../../src/training/metrics/metricColumns.js";
import {
  accuracy,
  errorRate,
  type Metric,
  metricName,
  named,
  topKAccuracy,
} from "../../../src/training/metrics/metrics.js";
import { temporaryFolder } from "../../support/folders.js";
import { collectTexts } from "../../support/collectTexts.js";
import { drawnData } from "../../support/drawnData.js";
import { refuses } from "../../support/refuses.js";
import { tinyNet } from "../../support/tinyNet.js";

setDisplay(silentDisplay);
const of = { classes: ["NORMAL", "PNEUMONIA"], positive: 1 };
const namesOf = (metrics: readonly Metric[]) => metricColumns(metrics, of).map(({ name }) => name);

describe("a metric's column", () => {
  it("is called as the function, in fast.ai's snake case, with its capitals together", () => {
    for (const [name, column] of [
      ["AUC", "AUC"],
      ["errorRate", "error_rate"],
      ["topKAccuracy", "top_k_accuracy"],
      ["myAUC", "my_AUC"],
      ["AUCScore", "AUC_score"],
      ["F1", "F1"],
      ["f1Score", "f1_score"],
      ["FalseAlarms", "false_alarms"],
      ["my_AUCScore", "my_AUCScore"],
      ["recall_No Finding", "recall_No Finding"],
    ] as const) {
      assert.equal(metricName(named(name, () => 1)), column);
    }
  });

  it("is refused for a metric with the check of an earlier version, which would be left out without a word", async () => {
    const old = Object.assign(() => 1, { requireClasses: () => undefined });
    await refuses(() => metricColumns([named("old", old)], of), "old", "requireClasses", "describe");
  });

  it("has the name of its place where the function has none, and leaves the function as it is", () => {
    const nameless = [() => 1, Object.assign(() => 2, { whole: true })];
    const metrics = [errorRate, ...nameless];
    assert.deepEqual(namesOf(metrics), ["error_rate", "metric_2", "metric_3"]);
    assert.deepEqual(
      metricColumns(metrics, of).map(({ metric }) => [metric.name, metric.whole]),
      [
        ["errorRate", undefined],
        ["metric_2", undefined],
        ["metric_3", true],
      ],
    );
  });

  it("tells two of a kind apart", () => {
    const metrics = [fBeta(), fBeta({ beta: 1 }), kappaScore(), kappaScore({ weights: "linear" })];
    const more = [topKAccuracy({ k: 1 }), topKAccuracy({ k: 2 }), recall(), recall({ posLabel: "NORMAL" })];
    const columns = metricColumns([...metrics, ...more, precision({ average: "macro" })], of);
    assert.deepEqual(
      columns.map(({ name, head }) => [name, head]),
      [
        ["f_beta", "f2 of PNEUMONIA"],
        ["f_beta_1", "f1 of PNEUMONIA"],
        ["kappa_score", "kappa_score"],
        ["kappa_score_linear", "kappa_score, linear weights"],
        ["top_k_accuracy_1", "top_1_accuracy"],
        ["top_k_accuracy_2", "top_2_accuracy"],
        ["recall", "recall of PNEUMONIA"],
        ["recall_NORMAL", "recall of NORMAL"],
        ["precision_macro", "precision, mean of 2 classes"],
      ],
    );
  });

  it("is refused where another has its name", async () => {
    await refuses(() => namesOf([recall(), errorRate, recall()]), "Two metrics are called: recall.");
    const score: Metric = () => 1;
    await refuses(() => namesOf([score, named("score", () => 2)]), "Two metrics are called: score.");
    for (const name of ["time", "trainLoss", "valid_loss"]) {
      await refuses(() => namesOf([named(name, () => 1)]), "called as a column of the table");
    }
  });
});

/** With a validation set of images of the first class alone, which is not the positive one. */
function withoutPositives(metrics: Metric[], callbacks: LearnerCallbacks = []): Learner {
  const data = drawnData({ train: 16, valid: 8, classes: ["NORMAL", "bone loss"] });
  const { validDl } = data;
  const batches = async function* () {
    for await (const batch of validDl.batches()) yield { ...batch, y: new Int32Array(batch.y.length) };
  };
  Object.assign(data, {
    validDl: { dataset: validDl.dataset, length: validDl.length, nextPass: 0, batches },
  });
  return new Learner(data, tinyNet(), "tiny", { metrics, callbacks, modelDir: temporaryFolder() });
}
type LearnerCallbacks = (SaveModelCallback | EarlyStoppingCallback)[];

describe("a metric that is not defined", () => {
  it("is told once for a fit, and why", async () => {
    const learn = withoutPositives([recall(), auroc(), errorRate]);
    const said = await collectTexts(() => learn.fit(2));
    assert.deepEqual(said, [
      'NaN stands for "recall of bone loss" where it is not defined: no image is of bone loss.',
      'NaN stands for "auroc of bone loss" where it is not defined: the images are all, or none, of bone loss, or the ' +
        "net's outputs are no numbers.",
    ]);
    learn.dispose();
  });

  it("saves and stops nothing in silence", async () => {
    const monitor = "recall";
    const learn = withoutPositives(
      [recall()],
      [new SaveModelCallback({ monitor }), new EarlyStoppingCallback({ monitor })],
    );
    const said = (await collectTexts(() => learn.fit(3))).join("\n");
    assert.match(said, /early stopping; recall of bone loss has been NaN for 1 epoch\./);
    assert.match(said, /No epoch was saved: recall of bone loss was NaN in each/);
    learn.dispose();
  });
});

it("a metric that gives no number is refused in words", async () => {
  for (const [value, what] of [
    [() => "0.5", "gave '0.5', not a number.\nReturn a number"],
    [() => undefined, "gave undefined, not a number.\nReturn a number"],
    [() => 5n, "gave 5n, not a number.\nReturn a number"],
    [() => Promise.reject(new Error("later")), "gave a Promise, not a number.\nA metric cannot be async"],
  ] as const) {
    for (const whole of [false, true]) {
      const given = Object.assign(() => value() as unknown as number, { whole });
      const learn = withoutPositives([named("myScore", given)]);
      await refuses(learn.fit(1), `The metric my_score ${what}`);
      learn.dispose();
    }
  }
});

describe("what is better", () => {
  /** The epochs that a callback found better, of a metric that goes up and down. */
  async function better(metric: Metric, options: { monitor: string; mode?: "min" }): Promise<string[]> {
    const data = drawnData({ train: 16, valid: 8, bs: 8, classes: ["NORMAL", "bone loss"] });
    const saving = new SaveModelCallback(options);
    const learn = new Learner(data, tinyNet(), "tiny", {
      metrics: [metric],
      callbacks: [saving],
      modelDir: temporaryFolder(),
    });
    try {
      return await collectTexts(() => learn.fit(2, 1e-6));
    } finally {
      learn.dispose();
    }
  }
  const rising = (name: string, more = {}): Metric => {
    let asked = 0;
    return named(
      name,
      Object.assign(() => asked++, more),
    );
  };

  it("is what the metric says, whatever the name of its class", async () => {
    const like = recall({ posLabel: "bone loss" });
    const { higherIsBetter, describe: describes } = like;
    const metric = rising("recall_bone loss", { higherIsBetter, describe: describes });
    const said = await better(metric, { monitor: "recall of bone loss" });
    assert.equal(said.length, 2, said.join("\n"));
  });

  it("is told where the name does not say", async () => {
    assert.match(
      (await better(rising("alarms"), { monitor: "alarms" })).join("\n"),
      /higher alarms is taken as better/,
    );
    assert.doesNotMatch(
      (await better(rising("alarms"), { monitor: "alarms", mode: "min" })).join("\n"),
      /taken as/,
    );
    assert.doesNotMatch((await better(accuracy, { monitor: "accuracy" })).join("\n"), /taken as/);
    assert.equal((await better(rising("myError"), { monitor: "my_error" })).length, 1);
  });
});
