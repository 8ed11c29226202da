import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { setDisplay, silentDisplay } from "../../src/core/Display.js";
import { tf } from "../../src/engine/tensorflow.js";
import { crossEntropy } from "../../src/training/losses/CrossEntropy.js";
import { models } from "../../src/models/models.js";
import { cnnLearner } from "../../src/training/cnnLearner.js";
import { recall } from "../../src/training/metrics/confusionMetrics.js";
import { Learner } from "../../src/training/Learner.js";
import type { LearnerOptions } from "../../src/training/LearnerOptions.js";
import { sgd } from "../../src/training/optimizers/SGD.js";
import { type DrawnDataOptions, drawnData } from "../support/drawnData.js";
import { tinyNet } from "../support/tinyNet.js";

setDisplay(silentDisplay);

async function withLearner<R>(
  options: LearnerOptions,
  body: (learn: Learner) => Promise<R>,
  data: DrawnDataOptions = {},
): Promise<R> {
  const learn = new Learner(drawnData(data), tinyNet(), "tiny", options);
  try {
    return await body(learn);
  } finally {
    learn.dispose();
    assert.equal(tf.memory().numTensors, 0, "tensors are left");
  }
}

describe("a learner", () => {
  it("takes a step after so many batches, and with what is left at an epoch's end", async () => {
    const data = { train: 40, bs: 8 };
    await withLearner(
      { gradientAccumulation: 2 },
      async (learn) => {
        await learn.fit(2);
        // Five batches: two steps of two, one of one.
        assert.equal(learn.optimizer.t, 2 * 3);
        assert.equal(learn.recorder.losses.length, 2 * 5);
      },
      data,
    );
  });

  it("learns with SGD, MixUp, label smoothing, class weights, clipping, accumulation and checkpointing", async () => {
    const options: LearnerOptions = {
      ...{ optFunc: sgd(), mixUp: 0.4, clipGrad: 1, gradientAccumulation: 2, gradientCheckpointing: true },
      lossFunc: crossEntropy({ labelSmoothing: 0.1, classWeights: [1, 2] }),
    };
    await withLearner(options, async (learn) => {
      await learn.fitOneCycle(8, { maxLr: 0.1 });
      const [first, last] = [learn.history[0], learn.history.at(-1)];
      assert.ok((last?.validLoss ?? NaN) < 0.7 * (first?.validLoss ?? NaN), JSON.stringify(learn.history));
    });
  });

  it("saves and loads the state of SGD", async () => {
    const modelDir = await mkdtemp(path.join(tmpdir(), "models-"));
    const options = { optFunc: sgd({ momentum: 0.9 }), modelDir };
    const kept = (learn: Learner) =>
      [...learn.optimizer.state().values()].flat().map((variable) => variable.values());
    const saved = await withLearner(options, async (learn) => {
      await learn.fit(1);
      await learn.save("sgd");
      return kept(learn);
    });
    await withLearner(options, async (learn) => {
      await learn.load("sgd");
      assert.deepEqual(kept(learn), saved);
    });
    await rm(modelDir, { recursive: true });
  });

  it("refuses schedules that make no sense before it trains", async () => {
    await withLearner({}, async (learn) => {
      for (const [fit, message] of [
        [() => learn.fitOneCycle(1, { maxLr: NaN }), /learning rate of NaN/],
        [
          () => learn.fitOneCycle(1, { maxLr: [1e-3, 1e-3, 1e-3, 1e-3] }),
          /4 learning rates for 3 layer groups/,
        ],
        [() => learn.fitOneCycle(1, { pctStart: 1.5 }), /pctStart is 1\.5\./],
        [() => learn.fitOneCycle(1, { moms: [0.95, 1] }), /moms\[1\] is 1\./],
        [() => learn.fitOneCycle(1, { divFactor: 0 }), /divFactor is 0\./],
        [() => learn.fitOneCycle(1, { wd: -1 }), /wd is -1\./],
        [() => learn.fitOneCycle(0), /0 epochs/],
        [() => learn.fit(1, -1e-3), /learning rate of -0\.001/],
        [() => learn.lrFind({ startLr: 0 }), /startLr is 0\./],
        [() => learn.lrFind({ endLr: 1e-8 }), /endLr is 1e-8\./],
        [() => learn.lrFind({ numIt: 2.5 }), /numIt is 2\.5\./],
      ] as const) {
        await assert.rejects(fit(), message);
      }
      assert.equal(learn.optimizer.t, 0);
    });
  });

  for (const [options, message] of [
    [{ mixUp: 0 }, /mixUp is 0\./],
    [{ clipGrad: -1 }, /clipGrad is -1\./],
    [{ gradientAccumulation: 1.5 }, /gradientAccumulation is 1\.5\./],
    [{ gradientAccumulation: 0 }, /gradientAccumulation is 0\./],
    [{ wd: NaN }, /wd is NaN\./],
    [{ seed: 1.5 }, /seed is 1\.5\./],
    [{ lossFunc: crossEntropy({ classWeights: [1] }) }, /1 numbers for 2 classes/],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      const model = tinyNet();
      assert.throws(() => new Learner(drawnData(), model, "tiny", options), message);
      model.dispose();
    });
  }

  it("is refused before any weights are read when its head cannot be", async () => {
    for (const [options, message] of [
      [{ ps: 1 }, /ps is 1\./],
      [{ ps: -1 }, /ps is -1\./],
      [{ linFtrs: 0 }, /linFtrs is 0\./],
      [{ seed: NaN }, /seed is NaN\./],
    ] as const) {
      await assert.rejects(cnnLearner(drawnData(), models.resnet50, options), message);
    }
    await assert.rejects(
      cnnLearner(drawnData(), models.resnet50, { metrics: [recall({ posLabel: 2 })] }),
      /posLabel is 2; there are 2 classes/,
    );
    assert.equal(tf.memory().numTensors, 0, "tensors are left");
  });
});
