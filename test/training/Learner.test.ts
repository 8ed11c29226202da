import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, it } from "node:test";
import { type Display, setDisplay, silentDisplay } from "../../src/core/Display.js";
import { readSafetensors, writeSafetensors } from "../../src/engine/safetensors.js";
import { tf } from "../../src/engine/tensorflow.js";
import { Random } from "../../src/core/Random.js";
import { UserError } from "../../src/core/errors.js";
import type { CallbackEvent } from "../../src/training/callbacks/Callback.js";
import { captureRng } from "../../src/training/rngState.js";
import { Learner } from "../../src/training/Learner.js";
import type { LearnerOptions } from "../../src/training/LearnerOptions.js";
import { accuracy, errorRate } from "../../src/training/metrics/metrics.js";
import { Passes } from "../../src/training/session/Passes.js";
import { type DrawnDataOptions, drawnData } from "../support/drawnData.js";
import { tinyNet } from "../support/tinyNet.js";

const made: Learner[] = [];
function learner(options: LearnerOptions = {}, data: DrawnDataOptions = {}, net = tinyNet()): Learner {
  const learn = new Learner(drawnData(data), net, "tiny", { metrics: [errorRate], ...options });
  learn.freeze();
  made.push(learn);
  return learn;
}
afterEach(() => {
  for (const learn of made.splice(0)) learn.dispose();
  assert.equal(tf.memory().numTensors, 0, "tensors are left");
});

/** Notes how a fit shows where it is. */
const showing = (shown: string[]): Display => ({
  ...silentDisplay,
  fitProgress: () => ({
    batch: ({ phase, batch, batches, coming: { epochs, train, valid } }) => {
      shown.push(`${phase} ${batch}/${batches}, then ${epochs} epochs, ${train} + ${valid} batches`);
    },
    row: () => undefined,
    end: () => undefined,
  }),
});

const weights = (learn: Learner): Float32Array[] => learn.model.state().map((variable) => variable.values());

describe("fitOneCycle", () => {
  it("learns what is easy to learn", async () => {
    const learn = learner({}, { train: 64, size: 32 });
    learn.unfreeze();
    await learn.fitOneCycle(6, { maxLr: 1e-2 });
    const last = learn.history.at(-1);
    assert.equal(learn.history.length, 6);
    assert.ok((last?.trainLoss ?? NaN) < (learn.history[0]?.trainLoss ?? NaN));
    assert.ok((last?.metrics[0] ?? NaN) <= 0.1, `error rate ${last?.metrics[0] ?? NaN}`);
  });

  it("gives the same numbers for the same seed, others for another", async () => {
    const run = async (seed: number) => {
      const learn = learner({ seed }, { train: 24 });
      await learn.fitOneCycle(2);
      return [...learn.recorder.losses, ...learn.history.map(({ validLoss }) => validLoss)];
    };
    const first = await run(1);
    assert.deepEqual(await run(1), first);
    assert.notDeepEqual(await run(2), first);
  });

  it("keeps the number of tensors constant over 200 steps", async () => {
    const learn = learner({}, { train: 200 * 4, valid: 4, size: 32, bs: 4 });
    const counts = new Set<number>();
    const handles = new Set<number>();
    const { binding } = tf.backend() as unknown as { binding: { getNumOfTensors(): number } };
    let seen = 0;
    await learn.fitOneCycle(1, {
      callbacks: [
        {
          batchEnd: () => {
            counts.add(tf.memory().numTensors);
            // From the second step on: the first makes the optimizer's moments, which stay.
            if (++seen > 1) handles.add(binding.getNumOfTensors());
          },
        },
      ],
    });
    assert.equal(seen, 200);
    assert.deepEqual([...counts], [0]);
    assert.equal(handles.size, 1, `native tensors went through ${[...handles].join(", ")}`);
  });

  it("continues with the optimizer's moments in a second fit, and starts anew after unfreeze", async () => {
    const learn = learner({}, { train: 16 });
    await learn.fitOneCycle(1);
    assert.equal(learn.optimizer.t, 2);
    await learn.fitOneCycle(1);
    assert.equal(learn.optimizer.t, 4);
    learn.unfreeze();
    assert.equal(learn.optimizer.t, 0);
    assert.equal(learn.optimizer.state().size, 0);
  });

  it("sets each layer group's rate along the cycle", async () => {
    const learn = learner({}, { train: 80, bs: 8 });
    const seen: number[][] = [];
    await learn.fitOneCycle(1, {
      callbacks: [{ batchBegin: () => void seen.push([...learn.optimizer.lrs]) }],
    });
    const top = seen[3] ?? [];
    [3e-4, 3e-4, 3e-3].forEach((rate, i) => {
      assert.ok(Math.abs((top[i] ?? NaN) / rate - 1) < 1e-9);
    });
    assert.deepEqual(
      learn.recorder.lrs,
      seen.map((lrs) => lrs[2]),
    );
    assert.equal(learn.recorder.moms[0], 0.95);
  });

  it("takes a weight decay for one fit only", async () => {
    const learn = learner({}, { train: 16 });
    await learn.fitOneCycle(1, { wd: 0.5 });
    assert.equal(learn.optimizer.wd, 0.5);
    await learn.fitOneCycle(1);
    assert.equal(learn.optimizer.wd, 0.01);
  });

  for (const epochs of [0, -1, 1.5, NaN]) {
    it(`refuses ${epochs} epochs`, async () => {
      await assert.rejects(learner().fitOneCycle(epochs), /cannot be trained/);
    });
  }

  for (const [epochs, options, message] of [
    [2, { totEpochs: 1 }, /totEpochs is 1/],
    [2, { totEpochs: 3, startEpoch: 2 }, /totEpochs is 3/],
    [2, { startEpoch: -1 }, /startEpoch is -1/],
  ] as const) {
    it(`refuses a part of ${epochs} epochs with ${JSON.stringify(options)}`, async () => {
      await assert.rejects(learner().fitOneCycle(epochs, options), { name: "UserError", message });
    });
  }

  it("refuses a rate of NaN and a batch of one", async () => {
    await assert.rejects(learner().fitOneCycle(1, { maxLr: NaN }), /learning rate of NaN/);
    await assert.rejects(learner({}, { bs: 1 }).fitOneCycle(1), /batch of 1 has no variance/);
  });
});

describe("validation", () => {
  it("weights a short last batch by its items", async () => {
    const learn = learner({ metrics: [errorRate, accuracy] }, { train: 16, valid: 11, bs: 8 });
    await learn.fitOneCycle(1);
    const preds = await learn.getPreds();
    const row = learn.history[0];
    const wrong = Array.from(preds.y).filter(
      (y, i) => ((preds.probs[2 * i + 1] ?? 0) > (preds.probs[2 * i] ?? 0) ? 1 : 0) !== y,
    ).length;
    assert.equal(preds.y.length, 11);
    assert.ok(Math.abs((row?.metrics[0] ?? NaN) - wrong / 11) < 1e-9);
    assert.ok(Math.abs((row?.metrics[0] ?? NaN) + (row?.metrics[1] ?? NaN) - 1) < 1e-9);
    const mean = preds.losses.reduce((sum, loss) => sum + loss, 0) / 11;
    assert.ok(Math.abs((row?.validLoss ?? NaN) - mean) < 1e-6);
    assert.ok(preds.probs.every((p) => p >= 0 && p <= 1));
  });
});

describe("the progress of a fit", () => {
  it("says how many batches are to come, in a cycle's part only those of the part", async () => {
    const learn = learner({}, { train: 24 });
    const shown: string[] = [];
    const previous = setDisplay(showing(shown));
    await learn.fitOneCycle(2, { totEpochs: 5, startEpoch: 1 });
    setDisplay(previous);
    const [train, valid] = [learn.data.trainDl.length, learn.data.validDl.length];
    const pass = (phase: string, length: number, epochs: number) =>
      Array.from(
        { length },
        (_, i) => `${phase} ${i + 1}/${length}, then ${epochs} epochs, ${train} + ${valid} batches`,
      );
    const expected = [1, 0].flatMap((left) => [...pass("train", train, left), ...pass("valid", valid, left)]);
    assert.deepEqual(shown, expected);
  });
});

describe("lrFind", () => {
  for (const fitted of [false, true]) {
    it(`leaves weights, statistics and optimizer bit for bit, ${fitted ? "after" : "before"} a fit`, async () => {
      const learn = learner({}, { train: 24 });
      if (fitted) await learn.fitOneCycle(1);
      const moments = () => [...learn.optimizer.state().values()].flat().map((variable) => variable.values());
      const [before, momentsBefore, t] = [weights(learn), moments(), learn.optimizer.t];
      await learn.lrFind({ numIt: 10 });
      assert.equal(learn.recorder.losses.length <= 10, true);
      assert.deepEqual(weights(learn), before);
      assert.deepEqual(moments(), momentsBefore);
      assert.equal(learn.optimizer.t, t);
    });
  }

  it("raises the rate geometrically, stops after numIt batches and skips validation", async () => {
    const learn = learner({}, { train: 24 });
    await learn.lrFind({ numIt: 7, stopDiv: false });
    assert.equal(learn.recorder.lrs.length, 7);
    assert.ok(Math.abs((learn.recorder.lrs[1] ?? NaN) / (1e-7 * 1e8 ** (1 / 7)) - 1) < 1e-9);
    assert.deepEqual(
      learn.recorder.rows.map(({ validLoss }) => validLoss),
      [undefined, undefined, undefined],
    );
    assert.equal(learn.history.length, 0);
  });

  it("shows batches of numIt, as if it had no epochs", async () => {
    const learn = learner({}, { train: 24 });
    const shown: string[] = [];
    const previous = setDisplay(showing(shown));
    await learn.lrFind({ numIt: 7, stopDiv: false });
    setDisplay(previous);
    assert.deepEqual(
      shown,
      [1, 2, 3, 4, 5, 6, 7].map((batch) => `search ${batch}/7, then 0 epochs, 0 + 0 batches`),
    );
  });

  it("stops when the smoothed loss is over four times its lowest", async () => {
    const learn = learner({}, { train: 400, bs: 4 });
    learn.unfreeze();
    await learn.lrFind({ startLr: 1e-4, endLr: 1e6, numIt: 60 });
    const { losses } = learn.recorder;
    const last = losses.at(-1) ?? NaN;
    assert.ok(losses.length < 60, `${losses.length} batches`);
    assert.ok(Number.isNaN(last) || last > 4 * Math.min(...losses.slice(0, -1)));
  });

  it("is not ended by an easy first batch, as fast.ai's is", async () => {
    const data = drawnData({ train: 80, bs: 4 });
    const { trainDl } = data;
    const harder = {
      ...data,
      trainDl: {
        dataset: trainDl.dataset,
        length: trainDl.length,
        async *batches() {
          let i = 0;
          // Images of one brightness and one label are soon learnt; mixed labels are not.
          for await (const batch of trainDl.batches()) {
            yield { ...batch, y: batch.y.map((y, k) => (i === 0 ? 0 : (y + k + i) % 2)) };
            i++;
          }
        },
      },
    };
    const net = tinyNet(1, { ps: 0 });
    const learn = new Learner(harder, net, "tiny");
    made.push(learn);
    // A head that says class 0: right, with a tiny loss, for the first batch alone.
    const bias = net.head.parameters().at(-1);
    bias?.assignValues(Float32Array.of(4, -4));
    learn.freeze();
    await learn.lrFind({ warmup: 0, numIt: 20 });
    assert.ok(learn.recorder.losses.length < 5, `${learn.recorder.losses.length} batches as fast.ai`);
    await learn.lrFind({ numIt: 20 });
    assert.ok(learn.recorder.losses.length >= 10, `${learn.recorder.losses.length} batches`);
  });

  it("changes nothing of the training after it", async () => {
    const run = async (search: boolean) => {
      const learn = learner({}, { train: 24 });
      if (search) await learn.lrFind({ numIt: 5 });
      await learn.fitOneCycle(1);
      return learn.recorder.losses;
    };
    assert.deepEqual(await run(true), await run(false));
  });

  it("restores also when it is interrupted", async () => {
    const learn = learner({}, { train: 80 });
    const before = weights(learn);
    const search = learn.lrFind();
    setTimeout(() => (process as NodeJS.EventEmitter).emit("notebook:interrupt"), 30);
    await assert.rejects(search, {
      name: "KeyboardInterrupt",
      message: /keyboard after \d+ batch(es)? of the search$/,
    });
    assert.deepEqual(weights(learn), before);
  });

  it("says where it was interrupted", async () => {
    const learn = learner({}, { train: 16, valid: 24 });
    const stop = () => void (process as NodeJS.EventEmitter).emit("notebook:interrupt");
    let ended = 0;
    const cases = [
      [{ validBatchEnd: stop }, "in epoch 1 of 2, after 1 of 3 batches of its validation"],
      [
        {
          batchEnd: ({ batch }: { readonly batch: number }) => {
            if (batch === 2) stop();
          },
        },
        "in epoch 1 of 2, after its last batch",
      ],
      [
        {
          epochEnd: () => {
            ended++;
          },
          batchEnd: () => {
            if (ended === 1) stop();
          },
        },
        "in epoch 2 of 2, after 1 of 2 batches",
      ],
    ] as const;
    for (const [callback, place] of cases) {
      ended = 0;
      await assert.rejects(learn.fitOneCycle(2, { callbacks: [callback] }), {
        message: `stopped by the person at the keyboard ${place}`,
      });
    }
  });
});

describe("callbacks", () => {
  it("come in fast.ai's order, trainEnd also after an interrupt", async () => {
    const events: CallbackEvent[] = [];
    const names: CallbackEvent[] = [
      ...([
        "trainBegin",
        "epochBegin",
        "batchBegin",
        "batchEnd",
        "validBatchEnd",
        "epochEnd",
        "trainEnd",
      ] as const),
    ];
    const spy = Object.fromEntries(names.map((name) => [name, () => void events.push(name)]));
    const learn = learner({}, { train: 16, valid: 8 });
    await learn.fitOneCycle(1, { callbacks: [spy] });
    const batch = ["batchBegin", "batchEnd"];
    assert.deepEqual(events, [
      ...["trainBegin", "epochBegin", ...batch, ...batch],
      ...["validBatchEnd", "epochEnd", "trainEnd"],
    ]);

    events.length = 0;
    const interrupting = { batchEnd: () => void (process as NodeJS.EventEmitter).emit("notebook:interrupt") };
    await assert.rejects(learn.fitOneCycle(1, { callbacks: [spy, interrupting] }), {
      name: "KeyboardInterrupt",
      message: "stopped by the person at the keyboard in epoch 1 of 1, after 1 of 2 batches",
    });
    assert.deepEqual(events, ["trainBegin", "epochBegin", ...batch, "trainEnd"]);
  });

  it("that ask to stop are heard whatever others ask, and finished epochs stay in the history", async () => {
    const learn = learner({}, { train: 16, valid: 8 });
    const stopping = { batchEnd: () => ({ stopTraining: true }) };
    const going = { order: 1, batchEnd: () => ({ stopTraining: false }) };
    await learn.fitOneCycle(3, { callbacks: [stopping, going] });
    assert.equal(learn.history.length, 1);
    let epochs = 0;
    const failing = {
      epochBegin: () => {
        if (++epochs === 3) throw new Error("the third epoch");
      },
    };
    await assert.rejects(learn.fitOneCycle(3, { callbacks: [failing] }), /the third epoch/);
    assert.equal(learn.history.length, 3);
  });
});

describe("save and load", () => {
  let folder: string;
  async function inFolder(work: () => Promise<void>): Promise<void> {
    folder = await mkdtemp(path.join(tmpdir(), "checkpoint-"));
    try {
      await work();
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  it("continue exactly where training was", () =>
    inFolder(async () => {
      const a = learner({ modelDir: folder }, { train: 24 }, tinyNet(1, { ps: 0 }));
      await a.fitOneCycle(1);
      await a.save("one");
      const b = learner({ modelDir: folder }, { train: 24 }, tinyNet(2, { ps: 0 }));
      await b.load("one");
      assert.deepEqual(weights(b), weights(a));
      assert.equal(b.optimizer.t, a.optimizer.t);
      await a.fitOneCycle(1);
      await b.fitOneCycle(1);
      assert.deepEqual(weights(b), weights(a));
    }));

  it("go through a cycle in parts as if in one go, dropout and all", () =>
    inFolder(async () => {
      const whole = learner({ modelDir: folder }, { train: 24 });
      await whole.fitOneCycle(3);
      const first = learner({ modelDir: folder }, { train: 24 });
      await first.fitOneCycle(1, { totEpochs: 3 });
      await first.save("part");
      const second = learner({ modelDir: folder }, { train: 24 }, tinyNet(2));
      await second.load("part");
      await second.fitOneCycle(2, { totEpochs: 3, startEpoch: 1 });
      assert.deepEqual(weights(second), weights(whole));
      const { recorder } = second;
      assert.deepEqual(recorder.lrs, whole.recorder.lrs.slice(-recorder.lrs.length));
      assert.deepEqual(
        recorder.rows.map(({ epoch }) => epoch),
        [1, 2],
      );
    }));

  it("leave the draws to a learner of another seed", () =>
    inFolder(async () => {
      const a = learner({ modelDir: folder });
      await a.fitOneCycle(1);
      await a.save("one");
      const b = learner({ modelDir: folder, seed: 7 });
      const draws = async (name: string) => {
        await b.save(name);
        return (await readSafetensors(path.join(folder, `${name}.safetensors`))).metadata.draws;
      };
      const before = await draws("before");
      await b.load("one");
      assert.equal(await draws("after"), before);
    }));

  it("warn when the optimizer's state belongs to other parameters", () =>
    inFolder(async () => {
      const learn = learner({ modelDir: folder }, { train: 16 });
      await learn.fitOneCycle(1);
      await learn.save("frozen");
      learn.unfreeze();
      const said: string[] = [];
      const display: Display = { ...silentDisplay, text: (text) => void said.push(text) };
      const previous = setDisplay(display);
      await learn.load("frozen");
      setDisplay(previous);
      assert.match(said.join(), /optimizer's state was not loaded/);
    }));

  it("name the layer and both shapes when the net is another", () =>
    inFolder(async () => {
      const learn = learner({ modelDir: folder });
      await learn.save("two");
      const wider = new Learner(drawnData(), tinyNet(1, { width: 8 }), "tiny", { modelDir: folder });
      made.push(wider);
      await assert.rejects(wider.load("two"), /0\.0\.weight is \[4, 3, 7, 7\], the net wants \[8, 3, 7, 7\]/);
    }));

  it("leave the net as it was when they refuse", () =>
    inFolder(async () => {
      const learn = learner({ modelDir: folder });
      await learn.save("two");
      const three = new Learner(drawnData(), tinyNet(2, { c: 3 }), "tiny", { modelDir: folder });
      made.push(three);
      const before = weights(three);
      await assert.rejects(three.load("two"), /1\.8\.weight/);
      assert.deepEqual(weights(three), before);
    }));

  it("refuse weights of other classes, another net or another geometry, and name both", () =>
    inFolder(async () => {
      const learn = learner({ modelDir: folder });
      await learn.save("mine");
      const data = drawnData();
      const turned = { ...data, classes: [...data.classes].reverse() };
      const others: [other: Learner, message: RegExp][] = [
        [
          new Learner(turned, tinyNet(2), "tiny", { modelDir: folder }),
          /mine\.safetensors .* classes \["DARK","LIGHT"\], .* \["LIGHT","DARK"\]/,
        ],
        [new Learner(data, tinyNet(2), "resnet50", { modelDir: folder }), /the net tiny, .* resnet50/],
        [
          new Learner(data, tinyNet(2, {}, { strideIn: "conv1" }), "tiny", { modelDir: folder }),
          /strides in conv2, .* conv1/,
        ],
        [
          new Learner(data, tinyNet(2, {}, { epsilon: 1e-3 }), "tiny", { modelDir: folder }),
          /epsilon 0\.00001 .* 0\.001/,
        ],
      ];
      for (const [other, message] of others) {
        made.push(other);
        const before = weights(other);
        await assert.rejects(other.load("mine"), (error) => {
          assert.ok(error instanceof UserError);
          assert.match(error.message, message);
          return true;
        });
        assert.deepEqual(weights(other), before);
      }
    }));

  it("take an older file, which does not say whose it is", () =>
    inFolder(async () => {
      const [a, b] = [learner({ modelDir: folder }), learner({ modelDir: folder }, {}, tinyNet(2))];
      await a.save("old");
      const file = path.join(folder, "old.safetensors");
      const { tensors, metadata } = await readSafetensors(file);
      assert.deepEqual(metadata, {
        architecture: "tiny",
        classes: '["DARK","LIGHT"]',
        strideIn: "conv2",
        epsilon: "0.00001",
        optimizerStep: "0",
        draws: JSON.stringify(captureRng({ random: new Random(1, 3), passes: new Passes(), data: a.data })),
        seeds: "[1,1]",
      });
      await writeSafetensors(file, [...tensors.values()], {});
      await b.load("old");
      assert.deepEqual(weights(b), weights(a));
    }));

  it("name the folder and the remedy when it cannot be made", () =>
    inFolder(async () => {
      const file = path.join(folder, "file");
      await writeFile(file, "");
      await assert.rejects(learner({ modelDir: path.join(file, "models") }).save("one"), {
        name: "UserError",
        message: /^The folder .*models cannot be made: [^]*\n.*`modelDir`/,
      });
    }));

  it("that are not there: those that are there are named", () =>
    inFolder(async () => {
      const learn = learner({ modelDir: folder });
      await assert.rejects(
        learn.load("nope"),
        /no checkpoint nope\.safetensors in .*\nNone is there[^]*modelDir/,
      );
      for (const name of ["step-2", "größe", "文件", "étape.safetensors"]) await learn.save(name);
      await assert.rejects(learn.load("nope"), {
        name: "UserError",
        message:
          /no checkpoint nope\.safetensors in .*\nLoad one of those that are there: größe, step-2, étape, 文件\./,
      });
      // The same letters, written in the other way that there is.
      await learn.load("größe".normalize("NFD"));
      await learn.load("étape");
    }));

  it("refuse a name that is a path", async () => {
    await assert.rejects(learner().save("../elsewhere"), /cannot be called "\.\.\/elsewhere"/);
  });
});
