import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { parse } from "csv-parse/sync";
import { type Figure, setDisplay, silentDisplay } from "../../../src/core/Display.js";
import type { Callback } from "../../../src/training/callbacks/Callback.js";
import { CSVLogger } from "../../../src/training/callbacks/CSVLogger.js";
import { EarlyStoppingCallback } from "../../../src/training/callbacks/EarlyStoppingCallback.js";
import { ReduceLROnPlateauCallback } from "../../../src/training/callbacks/ReduceLROnPlateauCallback.js";
import { SaveModelCallback } from "../../../src/training/callbacks/SaveModelCallback.js";
import { TerminateOnNaNCallback } from "../../../src/training/callbacks/TerminateOnNaNCallback.js";
import { recall } from "../../../src/training/metrics/confusionMetrics.js";
import { Learner } from "../../../src/training/Learner.js";
import { errorRate } from "../../../src/training/metrics/metrics.js";
import { drawnData } from "../../support/drawnData.js";
import { refuses } from "../../support/refuses.js";
import { tinyNet } from "../../support/tinyNet.js";

const texts: string[] = [];
const figures: Figure[] = [];
setDisplay({
  ...silentDisplay,
  text: (text) => void texts.push(text),
  figure: (figure) => {
    figures.push(figure);
    return Promise.resolve();
  },
});
const made = mkdtempSync(path.join(tmpdir(), "callbacks-"));
after(() => rm(made, { recursive: true }));

/** A column that goes through `values`, epoch by epoch: two validation batches an epoch. */
function scripted(values: readonly number[]) {
  let asked = 0;
  return function score() {
    return values[Math.floor(asked++ / 2)] ?? NaN;
  };
}

async function withLearner(
  values: readonly number[],
  callbacks: readonly Callback[],
  body: (learn: Learner) => Promise<void>,
): Promise<void> {
  texts.length = 0;
  const data = drawnData({ train: 16, valid: 12, bs: 8, size: 32 });
  const metrics = [scripted(values), errorRate];
  const learn = new Learner(data, tinyNet(), "tiny", { metrics, callbacks, modelDir: made });
  try {
    await body(learn);
  } finally {
    learn.dispose();
  }
}

describe("EarlyStoppingCallback", () => {
  it("stops after more epochs without an improvement than it has patience for", async () => {
    const stopping = new EarlyStoppingCallback({ monitor: "score", patience: 1, minDelta: 0.05 });
    // 0.52 is not enough more than 0.5.
    await withLearner([0.4, 0.5, 0.52, 0.49, 0.9], [stopping], async (learn) => {
      await learn.fit(5);
      assert.equal(learn.recorder.rows.length, 4);
      assert.match(texts.join(), /Epoch 3: early stopping; score has not improved on 0\.500000 for 2 epochs/);
    });
  });
});

describe("SaveModelCallback", () => {
  it("saves the best epoch and loads it at the end", async () => {
    let best: Float32Array | undefined;
    const spy: Callback = {
      order: 1,
      epochEnd({ learn, epoch }) {
        if (epoch === 1) best = learn.model.parameters()[0]?.values();
      },
    };
    const saving = new SaveModelCallback({ monitor: "score" });
    await withLearner([0.1, 0.8, 0.3], [saving, spy], async (learn) => {
      await learn.fit(3, 1e-2);
      assert.deepEqual(learn.model.parameters()[0]?.values(), best);
      assert.match(texts.join("\n"), /Better model found at epoch 1 with score value: 0\.800000/);
    });
  });

  it("loads nothing after a fit that did not begin", async () => {
    const saving = new SaveModelCallback({ monitor: "score" });
    await withLearner([0.5, 0.4], [], async (learn) => {
      await learn.fit(1, 1e-2, [saving]);
      await learn.fit(1, 1e-2);
      const weights = () => learn.model.state().map((variable) => variable.values());
      const before = weights();
      const failing = { trainBegin: () => Promise.reject(new Error("no licence")), order: -100 };
      await assert.rejects(learn.fit(1, 1e-2, [saving, failing]), /no licence/);
      assert.deepEqual(weights(), before);
    });
  });

  describe("when it cannot save", () => {
    /** Makes the learner's folder one that cannot be written to, from an epoch on, and counts `trainEnd`. */
    function breaking(from: number) {
      const told = { trainEnd: 0 };
      const callback: Callback = {
        order: -1,
        async epochEnd({ learn, epoch }) {
          if (epoch !== from) return;
          await rename(learn.modelDir, `${learn.modelDir}.aside`);
          await writeFile(learn.modelDir, "in the way");
        },
        async trainEnd({ learn }) {
          told.trainEnd++;
          await rm(learn.modelDir);
          await rename(`${learn.modelDir}.aside`, learn.modelDir);
        },
      };
      return { callback, told };
    }
    const weights = (learn: Pick<Learner, "model">) =>
      learn.model.state().map((variable) => variable.values());

    it("names the cause, and loads no file of an earlier fit", async () => {
      const saving = new SaveModelCallback({ monitor: "score" });
      await withLearner([0.9, 0.5, 0.6], [], async (learn) => {
        await learn.fit(1, 1e-2, [saving]);
        const earlier = weights(learn);
        const { callback } = breaking(0);
        texts.length = 0;
        await refuses(
          learn.fit(1, 1e-2, [callback, saving]),
          `The folder ${made} cannot be made`,
          "modelDir",
        );
        assert.notDeepEqual(weights(learn), earlier);
        assert.doesNotMatch(texts.join(), /Better model found/);
      });
    });

    it("names the cause where there is no earlier file, and tells every callback of the end", async () => {
      const saving = new SaveModelCallback({ monitor: "score", name: "nowhere" });
      await withLearner([0.9], [], async (learn) => {
        const { callback, told } = breaking(0);
        const failing: Callback = { order: -2, trainEnd: () => Promise.reject(new Error("no licence")) };
        await refuses(learn.fit(1, 1e-2, [failing, callback, saving]), `The folder ${made} cannot be made`);
        assert.equal(told.trainEnd, 1);
        assert.match(texts.join("\n"), /Warning: after that, no licence/);
      });
    });

    it("loads the best epoch that it did save in this fit", async () => {
      const saving = new SaveModelCallback({ monitor: "score" });
      let best: Float32Array[] = [];
      const spy: Callback = {
        order: 1,
        epochEnd({ learn }) {
          best = weights(learn);
        },
      };
      await withLearner([0.2, 0.9], [], async (learn) => {
        const { callback } = breaking(1);
        await refuses(learn.fit(2, 1e-2, [callback, saving, spy]), "cannot be made");
        assert.deepEqual(weights(learn), best);
      });
    });
  });

  it("loads nothing that another has written under its name", async () => {
    const saving = new SaveModelCallback({ monitor: "score" });
    const other: Callback = {
      order: 1,
      epochEnd: ({ learn, epoch }) => (epoch === 1 ? learn.save("bestmodel") : undefined),
    };
    await withLearner([0.9, 0.1], [saving, other], async (learn) => {
      await refuses(learn.fit(2, 1e-2), "bestmodel.safetensors is no longer the file that was saved", "name");
    });
  });

  it("of several fits that save one name at the same time loads its own weights, or refuses", async () => {
    const fits = [1, 2, 3, 4].map(async (seed) => {
      const saving = new SaveModelCallback({ monitor: "score", name: "shared" });
      const options = { metrics: [scripted([0.9, 0.1])], callbacks: [saving], modelDir: made };
      const learn = new Learner(drawnData({ train: 16, valid: 12, seed }), tinyNet(seed), "tiny", options);
      const weights = () => learn.model.state().map((variable) => variable.values());
      let own: Float32Array[] = [];
      const spy: Callback = {
        order: -1,
        epochEnd: ({ epoch }) => {
          if (epoch === 0) own = weights();
        },
      };
      const refusal = await learn.fit(2, 1e-2, [spy]).catch((error: unknown) => String(error));
      if (refusal === undefined) assert.deepEqual(weights(), own);
      else assert.match(refusal, /shared.safetensors is no longer the file that was saved/);
      learn.dispose();
    });
    await Promise.all(fits);
  });

  it("saves every epoch under its number", async () => {
    await withLearner([], [new SaveModelCallback({ every: "epoch", name: "each" })], async (learn) => {
      await learn.fit(2);
      const files = await readdir(made);
      assert.deepEqual(files.filter((name) => name.startsWith("each")).sort(), [
        "each_0.safetensors",
        "each_1.safetensors",
      ]);
    });
  });
});

describe("ReduceLROnPlateauCallback", () => {
  it("lowers the rates after more epochs than it has patience for, down to the least", async () => {
    const rates: number[] = [];
    const spy: Callback = {
      order: 1,
      epochEnd({ learn }) {
        rates.push(learn.optimizer.lrs.at(-1) ?? NaN);
      },
    };
    const reducing = new ReduceLROnPlateauCallback({ monitor: "score", factor: 0.5, minLr: 0.006 });
    await withLearner([1, 1, 1, 2, 2], [reducing, spy], async (learn) => {
      await learn.fit(5, 0.02);
      assert.deepEqual(rates, [0.02, 0.01, 0.005, 0.005, 0.005]);
    });
  });
});

describe("CSVLogger", () => {
  it("names the file where the table's next row cannot be written", async () => {
    await withLearner([], [new CSVLogger({ filename: "lost" })], async (learn) => {
      const losing: Callback = {
        order: -1,
        async epochEnd() {
          await rm(path.join(made, "lost.csv"));
          await mkdir(path.join(made, "lost.csv"));
        },
      };
      await refuses(learn.fit(1, 1e-2, [losing]), "cannot be written to", "lost.csv", "modelDir");
    });
  });

  it("refuses a name that is empty or leads out of the folder", async () => {
    for (const filename of ["", "../x", "logs/x"]) {
      await refuses(
        () => new CSVLogger({ filename }),
        `A file cannot be called ${JSON.stringify(filename)}.`,
      );
    }
  });

  it("writes the table's rows", async () => {
    await withLearner([0.25, 0.5], [new CSVLogger({ filename: "log" })], async (learn) => {
      await learn.fit(2);
      const lines = (await readFile(path.join(made, "log.csv"), "utf8")).trim().split("\n");
      assert.equal(lines[0], "epoch,train_loss,valid_loss,score,error_rate,time");
      assert.equal(lines.length, 3);
      assert.match(lines[2] ?? "", /^1,\d\.\d{6},\d\.\d{6},0\.500000,\d\.\d{6},00:\d\d$/);
    });
  });
});

describe("CSVLogger over two fits", () => {
  const lines = async (name: string) => (await readFile(path.join(made, name), "utf8")).trimEnd().split("\n");
  const logged = (options: { filename: string; append?: boolean }, body: (learn: Learner) => Promise<void>) =>
    withLearner([0.25, 0.5], [new CSVLogger(options)], body);

  it("goes on below one header, also in another kernel and below a row that was cut off", async () => {
    const options = { filename: "twice", append: true };
    await logged(options, async (learn) => {
      await learn.fit(1);
      await learn.fit(1);
    });
    const file = path.join(made, "twice.csv");
    await writeFile(file, (await readFile(file, "utf8")).trimEnd());
    await logged(options, (learn) => learn.fit(2));
    const written = await lines("twice.csv");
    assert.deepEqual(
      written.map((line) => line.split(",")[0]),
      ["epoch", "0", "0", "0", "1"],
    );
  });

  it("begins anew without append", async () => {
    await logged({ filename: "anew" }, async (learn) => {
      await learn.fit(2);
      await learn.fit(1);
    });
    assert.equal((await lines("anew.csv")).length, 2);
  });

  it("refuses to go on below other columns, and leaves them as they are", async () => {
    await writeFile(path.join(made, "other.csv"), "epoch,train_loss,valid_loss,time\n0,1,1,00:01\n");
    await logged({ filename: "other", append: true }, async (learn) => {
      await assert.rejects(
        learn.fit(1),
        /other columns than this fit: epoch,train_loss,valid_loss,time there, .*score/,
      );
    });
    assert.equal((await lines("other.csv")).length, 2);
  });

  it("writes a file with its ending as it is named, and a head with a comma as one cell", async () => {
    const data = drawnData({ train: 16, bs: 8, classes: ["NORMAL", 'a "b", c'] });
    const callbacks = [new CSVLogger({ filename: "log.csv" })];
    const learn = new Learner(data, tinyNet(), "tiny", { metrics: [recall()], callbacks, modelDir: made });
    await learn.fit(1);
    learn.dispose();
    const rows = parse(await readFile(path.join(made, "log.csv"), "utf8"));
    assert.deepEqual(rows[0], ["epoch", "train_loss", "valid_loss", 'recall of "a \\"b\\", c"', "time"]);
    assert.ok(!(await readdir(made)).includes("log.csv.csv"));
  });
});

describe("files whose names bring their ending along", () => {
  it("are saved, loaded and exported under it", async () => {
    const saving = new SaveModelCallback({ every: "epoch", name: "every.safetensors" });
    await withLearner([], [saving], async (learn) => {
      await learn.fit(1);
      await learn.save("step.safetensors");
      await learn.load("step");
      await learn.load("step.safetensors");
      await learn.save("v1.5");
      const files = await readdir(made);
      for (const name of ["step", "every_0", "v1.5"]) assert.ok(files.includes(`${name}.safetensors`), name);
      assert.ok(!files.some((name) => /safetensors.*safetensors/.test(name)), files.join());
    });
  });
});

describe("TerminateOnNaNCallback", () => {
  it("names step, rates and images of the batch whose loss is NaN", async () => {
    await withLearner([], [new TerminateOnNaNCallback()], async (learn) => {
      const items = Array.from({ length: 16 }, (_, i) => ({ path: `/x-rays/${i}.png` }));
      Object.assign(learn.data.trainDl.dataset, { items });
      learn.unfreeze();
      await assert.rejects(
        learn.fit(1, 1e38),
        /NaN at batch 1 of epoch 0, with learning rates 1e\+38.*\/x-rays\/.*load a checkpoint/s,
      );
    });
  });
});

describe("a tracker", () => {
  it("refuses what it cannot follow", async () => {
    assert.throws(() => new EarlyStoppingCallback({ patience: -1 }), /patience is -1\./);
    assert.throws(() => new EarlyStoppingCallback({ minDelta: NaN }), /minDelta is NaN\./);
    assert.throws(() => new ReduceLROnPlateauCallback({ factor: 1 }), /factor is 1\./);
    assert.throws(() => new SaveModelCallback({ every: "step" as "epoch" }), /every is "step"\./);
    assert.throws(() => new SaveModelCallback({ name: "a/b" }), /A file cannot be called "a\/b"/);
    assert.throws(() => new SaveModelCallback({ mode: "best" as "max" }), /mode is "best"\./);
    await withLearner([], [new EarlyStoppingCallback({ monitor: "auroc" })], async (learn) => {
      await assert.rejects(learn.fit(1), /no column "auroc".*train_loss, valid_loss, score, error_rate/s);
    });
  });
});

describe("the recorder's figures", () => {
  it("show losses, rates, momentum and metrics, and say their numbers", async () => {
    await withLearner([0.25, 0.5], [], async (learn) => {
      await assert.rejects(learn.recorder.plotLosses(), /nothing to plot yet/);
      await learn.fitOneCycle(2);
      figures.length = 0;
      await learn.recorder.plotLosses();
      await learn.recorder.plotLr({ showMoms: true });
      await learn.recorder.plotMetrics();
      await learn.recorder.plot({ suggestion: true });
      const [losses, rates, metrics, search] = figures;
      assert.equal(losses?.data.length, 2);
      assert.deepEqual(losses.data[1]?.x, [2, 4]);
      assert.match(rates?.alt ?? "", /Over 4 batches the learning rate .* momentum from 0\.95/);
      assert.match(metrics?.alt ?? "", /score by epoch: 0\.2500, 0\.5000/);
      assert.match(search?.alt ?? "", /Suggestions: minNumericalGradient/);
    });
  });
});
