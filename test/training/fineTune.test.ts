import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { type Display, setDisplay, silentDisplay } from "../../src/core/Display.js";
import { tf } from "../../src/engine/tensorflow.js";
import type { Callback } from "../../src/training/callbacks/Callback.js";
import { Learner } from "../../src/training/Learner.js";
import { oneCycle } from "../../src/training/callbacks/OneCycleScheduler.js";
import { type DrawnDataOptions, drawnData } from "../support/drawnData.js";
import { temporaryFolder } from "../support/folders.js";
import { tinyLearner } from "../support/tinyLearner.js";
import { tinyNet } from "../support/tinyNet.js";

const made: { dispose(): void }[] = [];
function learner(data: DrawnDataOptions = {}): Learner {
  const learn = new Learner(drawnData(data), tinyNet(), "tiny", { modelDir: temporaryFolder() });
  made.push(learn);
  return learn;
}
afterEach(() => {
  for (const each of made.splice(0)) each.dispose();
  assert.equal(tf.memory().numTensors, 0, "tensors are left");
});

/** The rates of each layer group at each step. */
function rates(learn: Learner): { readonly lrs: number[][]; readonly callback: Callback } {
  const lrs: number[][] = [];
  return {
    lrs,
    callback: {
      batchBegin: () => {
        lrs.push([...learn.optimizer.lrs]);
      },
    },
  };
}

describe("fineTune", () => {
  it("trains the head, then all, at fast.ai v2's rates", async () => {
    const learn = learner({ train: 16, bs: 4 });
    const { lrs, callback } = rates(learn);
    await learn.fineTune(2, { baseLr: 1e-2, callbacks: [callback] });
    assert.deepEqual(
      learn.history.map(({ phase }) => phase),
      ["frozen", "unfrozen", "unfrozen"],
    );
    const first = (k: number) => oneCycle(k, 4, 1e-2, { pctStart: 0.99, finalDiv: 1e5 }).lr;
    const then = (k: number, maxLr: number) =>
      oneCycle(k, 8, maxLr, { pctStart: 0.3, divFactor: 5, finalDiv: 1e5 }).lr;
    const expected = [
      ...[0, 1, 2, 3].map((k) => [first(k) / 10, first(k) / 10, first(k)]),
      ...[0, 1, 2, 3, 4, 5, 6, 7].map((k) => [then(k, 5e-5), then(k, 5e-4), then(k, 5e-3)]),
    ];
    assert.equal(lrs.length, expected.length);
    expected.forEach((groups, k) => {
      groups.forEach((rate, group) => {
        assert.ok(Math.abs((lrs[k]?.[group] ?? NaN) / rate - 1) < 1e-12, `step ${k}, group ${group}`);
      });
    });
  });

  it("refuses what makes no sense before it trains", async () => {
    const learn = learner();
    await assert.rejects(learn.fineTune(0), /0 epochs/);
    await assert.rejects(learn.fineTune(1, { baseLr: NaN }), /baseLr is NaN/);
    await assert.rejects(learn.fineTune(1, { lrMult: 0 }), /lrMult is 0/);
    await assert.rejects(learn.fineTune(1, { freezeEpochs: 0.5 }), /freezeEpochs is 0.5/);
    await assert.rejects(learn.fineTune(1, { divFactor: -1 }), /divFactor is -1/);
    assert.equal(learn.history.length, 0);
  });
});

describe("a learner's data", () => {
  it("can be larger images of the same classes", async () => {
    const learn = learner({ size: 32 });
    await learn.fit(1);
    const larger = drawnData({ size: 48, valid: 12 });
    learn.data = larger;
    assert.equal(learn.data, larger);
    await learn.fit(1);
    assert.equal((await learn.getPreds()).y.length, 12);
    assert.equal(learn.history.length, 2);
  });

  it("cannot have other classes, nor change while the net trains", async () => {
    const learn = learner();
    const others = { ...drawnData(), classes: ["cat", "dog"] };
    assert.throws(() => {
      learn.data = others;
    }, /classes are cat, dog; the learner's are/);
    await assert.rejects(
      learn.fit(1, 1e-3, [
        {
          batchEnd: () => {
            learn.data = drawnData();
          },
        },
      ]),
      /data cannot be changed within an epoch, at batchEnd/,
    );
  });
});

describe("a fit", () => {
  it("decays by its own wd, or else by the learner's", async () => {
    const learn = learner();
    const seen: number[] = [];
    const see: Callback = {
      trainBegin: () => {
        seen.push(learn.optimizer.wd);
      },
    };
    await learn.fitOneCycle(1, { wd: 0.5, callbacks: [see] });
    await learn.fit(1, 1e-3, [see]);
    await learn.lrFind({ numIt: 2, wd: 0.25 });
    assert.equal(learn.optimizer.wd, 0.25);
    await learn.fitOneCycle(1, { callbacks: [see] });
    assert.deepEqual(seen, [0.5, 0.01, 0.01]);
  });

  it("begins when the one before it is over", async () => {
    const learn = learner();
    const first = learn.fit(1);
    await assert.rejects(learn.fitOneCycle(1), /fitOneCycle\(\) cannot run while learn\.fit\(\) is running/);
    await assert.rejects(learn.lrFind(), /lrFind\(\) cannot run while learn\.fit\(\) is running/);
    assert.throws(() => {
      learn.unfreeze();
    }, /Layers cannot be frozen or unfrozen while learn\.fit\(\) is running/);
    await first;
    await learn.fit(1);
  });
});

describe("load in a callback", () => {
  it("goes on from there", async () => {
    const learn = learner({ train: 16 });
    learn.freeze();
    await learn.fit(1);
    await learn.save("mid-fit");
    const weights = () => learn.model.state().map((variable) => variable.values());
    const saved = weights();
    const moved: boolean[] = [];
    const goBack: Callback = {
      epochEnd: async () => {
        moved.push(weights().some((values, i) => values.some((value, k) => value !== saved[i]?.[k])));
        await learn.load("mid-fit");
      },
    };
    await learn.fit(2, 1e-2, [goBack]);
    assert.deepEqual(moved, [true, true]);
    assert.deepEqual(weights(), saved);
    assert.equal(learn.recorder.losses.length, 4);
  });
});

describe("a loader of other data", () => {
  it("is predicted where its classes are the learner's", async () => {
    const learn = learner();
    const { validDl } = drawnData({ valid: 4, seed: 9 });
    assert.equal((await learn.getPreds({ dl: validDl })).y.length, 4);
    const dl = { ...validDl, dataset: { length: 4, classes: ["DARK", "GREY"] } };
    await assert.rejects(learn.getPreds({ dl }), /classes are DARK, GREY; the learner's are DARK, LIGHT/);
  });
});

describe("predictions during a fit", () => {
  it("come between its steps and change nothing", async () => {
    const losses = async (meanwhile: (learn: Learner) => Promise<unknown>) => {
      const learn = learner({ train: 48, valid: 24 });
      const fitting = learn.fit(2);
      const [other] = await Promise.all([meanwhile(learn), fitting]);
      return [...learn.recorder.losses, ...learn.history.map(({ validLoss }) => validLoss), other];
    };
    const alone = await losses(() => Promise.resolve(undefined));
    const beside = await losses(async (learn) => {
      for (let k = 0; k < 4; k++) assert.equal((await learn.getPreds()).y.length, 24);
    });
    assert.deepEqual(beside, alone);
  });
});

describe("showResults", () => {
  it("shows images below predicted and actual class and the probability", async () => {
    const shown: { alt: string; bytes: number }[] = [];
    const display: Display = {
      ...silentDisplay,
      image: (png, { alt }) => {
        shown.push({ alt, bytes: png.length });
      },
    };
    const learn = await tinyLearner();
    made.push(learn);
    const preds = await learn.getPreds();
    setDisplay(display);
    try {
      await learn.showResults({ rows: 2 });
    } finally {
      setDisplay(silentDisplay);
    }
    const titles = [0, 1, 2, 3].map((i) => {
      const [a = NaN, b = NaN] = preds.probs.subarray(2 * i, 2 * i + 2);
      const names = [b > a ? 1 : 0, preds.y[i] ?? -1].map((label) => preds.classes[label] ?? "");
      return `${names.join("/")} ${Math.max(a, b).toFixed(2)}`;
    });
    const [{ alt, bytes } = { alt: "", bytes: 0 }, ...more] = shown;
    assert.equal(more.length, 0);
    assert.ok(bytes > 1000);
    assert.ok(alt.startsWith("4 validation images with predicted"), alt);
    assert.ok(alt.endsWith(titles.join(", ")), alt);
    await assert.rejects(learn.showResults({ dsType: "test" }), /no test set/);
    await assert.rejects(learn.showResults({ rows: 0 }), /rows is 0/);
  });
});
