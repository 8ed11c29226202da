import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { type Display, setDisplay } from "../../../src/core/Display.js";
import type { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { defineTransform } from "../../../src/data/transforms/defineTransform.js";
import { CSVLogger } from "../../../src/training/callbacks/CSVLogger.js";
import type { Callback, TrainingState } from "../../../src/training/callbacks/Callback.js";
import { EarlyStoppingCallback } from "../../../src/training/callbacks/EarlyStoppingCallback.js";
import { ReduceLROnPlateauCallback } from "../../../src/training/callbacks/ReduceLROnPlateauCallback.js";
import { SaveModelCallback } from "../../../src/training/callbacks/SaveModelCallback.js";
import type { Learner } from "../../../src/training/Learner.js";
import type { LearnerOptions } from "../../../src/training/LearnerOptions.js";
import { temporaryFolder } from "../../support/folders.js";
import { Killer, listening, makeData, makeLearner, outcome, said } from "../../support/killedFits.js";
import { smallestNet } from "../../support/smallestNet.js";

const hard: LearnerOptions = { mixUp: 0.4, gradientAccumulation: 3, clipGrad: 1 };

/** Two fits and a search between them, as the lesson has them, with callbacks that keep something. */
async function train(
  learn: Learner<ImageDataBunch>,
  killers: readonly [number, number, number] = [Infinity, Infinity, Infinity],
) {
  const callbacks = (killer: number) => [
    new CSVLogger({ addTime: false }),
    new SaveModelCallback(),
    new ReduceLROnPlateauCallback({ minLr: 0, minDelta: 10 }),
    new Killer(killer),
  ];
  learn.freeze();
  await learn.fit(2, 1e-2, callbacks(killers[0]));
  learn.unfreeze();
  await learn.lrFind({ numIt: 7 });
  await learn.fitOneCycle(2, { maxLr: 1e-3, callbacks: callbacks(killers[2]) });
}

describe("a fit with a backup", () => {
  it("goes on after any kill with the bits of one that was not interrupted", async () => {
    const wanted = await makeLearner(hard);
    await train(wanted);
    const expected = await outcome(wanted);
    const backup = { folder: temporaryFolder(), everySeconds: 0 };
    // An epoch has 5 training batches, 2 validation batches and its end: 16 events in a fit, from wherever it goes on.
    const kills = [0, 3, 2, 3, 1, 2].map((at) => [at, Infinity] as const);
    const later = [2, 4, 5].map((at) => [Infinity, at] as const);
    for (const [first, second] of [...kills, ...later]) {
      const learn = await makeLearner({ ...hard, backup });
      await assert.rejects(train(learn, [first, Infinity, second]), /killed/);
    }
    const last = await makeLearner({ ...hard, backup });
    await train(last);
    assert.deepEqual(await outcome(last), expected);
    // Two of the nine processes came to no new backup: nothing of them is left to tell.
    assert.equal(last.interruptions.length, 7);
    assert.ok(last.timings.every(({ seconds }) => seconds > 0));
  });

  it("goes on within a search, and does not repeat a finished one", async () => {
    const wanted = await makeLearner();
    await wanted.lrFind({ numIt: 9 });
    const losses = wanted.recorder.losses;
    const backup = { folder: temporaryFolder(), everySeconds: 0 };
    const stopped = await makeLearner({ backup });
    const emitter = process as NodeJS.EventEmitter;
    setTimeout(() => emitter.emit("notebook:interrupt"), 60).unref();
    await stopped.lrFind({ numIt: 9 }).catch((error: unknown) => {
      assert.match(String(error), /stopped by the person/);
    });
    const again = await makeLearner({ backup });
    await again.lrFind({ numIt: 9 });
    assert.deepEqual(again.recorder.losses, losses);
    const shown = await makeLearner({ backup });
    await shown.lrFind({ numIt: 9 });
    assert.deepEqual(shown.recorder.losses, losses);
    assert.match(said.join("\n"), /This search has been finished before and is not repeated/);
  });

  it("shows the table of a finished fit in place of repeating it", async () => {
    const backup = { folder: temporaryFolder(), everySeconds: 0 };
    const first = await makeLearner({ backup });
    await first.fitOneCycle(1);
    const expected = await outcome(first);
    const rows: string[] = [];
    const fitProgress: Display["fitProgress"] = () => ({
      batch: () => assert.fail("it trains"),
      row: (cells) => rows.push(cells.join(" ")),
      end: () => undefined,
    });
    const second = await makeLearner({ backup });
    setDisplay({ ...listening, fitProgress });
    await second.fitOneCycle(1);
    setDisplay(listening);
    assert.deepEqual(await outcome(second), expected);
    assert.equal(rows.length, 1);
    assert.match(said.join("\n"), /This fit has been finished before and is not repeated/);
  });

  it("says why it does not go on with a backup of another seed, and leaves it", async () => {
    const backup = { folder: temporaryFolder(), everySeconds: 0 };
    const stopped = await makeLearner({ backup });
    await assert.rejects(stopped.fit(1, 1e-2, [new Killer(2)]), /killed/);
    const before = readdirSync(backup.folder);
    const other = await makeLearner({ backup }, 4);
    await other.fit(1, 1e-2, [new Killer(Infinity)]);
    assert.match(said.join("\n"), /This fit begins at its beginning.*seed \(3 there, 4 here\)/s);
    for (const name of before) assert.ok(existsSync(path.join(backup.folder, name)));
  });

  it("leaves nothing where the fit ends before the first backup", async () => {
    const backup = { folder: temporaryFolder() };
    const learn = await makeLearner({ backup });
    await learn.fitOneCycle(1);
    assert.deepEqual(readdirSync(backup.folder), []);
  });

  it("writes one when it is asked to stop, also before the first is due", async () => {
    const wanted = await makeLearner();
    await wanted.fitOneCycle(1);
    const backup = { folder: temporaryFolder() };
    const learn = await makeLearner({ backup });
    const stop = { batchEnd: () => void (process as NodeJS.EventEmitter).emit("notebook:interrupt") };
    await assert.rejects(learn.fitOneCycle(1, { callbacks: [stop] }), /stopped by the person/);
    const [fit = ""] = readdirSync(backup.folder);
    assert.deepEqual(
      readdirSync(path.join(backup.folder, fit))
        .map((name) => name.replace(/-.*\./, "."))
        .sort(),
      ["fit.json", "state.safetensors"],
    );
  });

  it("refuses a damaged backup in words", async () => {
    const backup = { folder: temporaryFolder(), everySeconds: 0 };
    const stopped = await makeLearner({ backup });
    await assert.rejects(stopped.fit(1, 1e-2, [new Killer(2)]), /killed/);
    const [fit = ""] = readdirSync(backup.folder);
    const file = path.join(backup.folder, fit, "fit.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"batch":2', '"batch":3'));
    const again = await makeLearner({ backup });
    await assert.rejects(again.fit(1, 1e-2, [new Killer(Infinity)]), /damaged.*Delete its folder/s);
  });

  it("keeps what other callbacks say of themselves", async () => {
    const backup = { folder: temporaryFolder(), everySeconds: 0 };
    const stopped = await makeLearner({ backup });
    const stopping = () => new EarlyStoppingCallback({ minDelta: 10, patience: 1 });
    await assert.rejects(stopped.fit(9, 1e-3, [stopping(), new Killer(17)]), /killed/);
    const again = await makeLearner({ backup });
    await again.fit(9, 1e-3, [stopping(), new Killer(Infinity)]);
    assert.equal(again.history.length, 3);
  });
});

/** Gives the learner larger images from the second epoch on. */
class Enlarger implements Callback {
  private isLarge = false;
  constructor(private readonly large: ImageDataBunch) {}
  describe = () => "enlarges";
  state = () => this.isLarge;
  epochBegin({ epoch, learn }: TrainingState): void {
    if (epoch === 1) this.set(learn);
  }
  restore(isLarge: unknown, { learn }: TrainingState): void {
    if (isLarge === true) this.set(learn);
  }
  private set(learn: TrainingState["learn"]): void {
    this.isLarge = true;
    learn.data = this.large;
  }
}

describe("what a backup must not overlook", () => {
  it("goes on with the draws of data that a callback has given the learner", async () => {
    const run = async (learn: Learner<ImageDataBunch>, killer: number) =>
      learn.fit(2, 1e-2, [new Enlarger(await makeData({ size: 48 })), new Killer(killer)]);
    const wanted = await makeLearner();
    await run(wanted, Infinity);
    const expected = await outcome(wanted);
    const backup = { folder: temporaryFolder(), everySeconds: 0 };
    const stopped = await makeLearner({ backup });
    // After the second of the second epoch's batches.
    await assert.rejects(run(stopped, 10), /killed/);
    const again = await makeLearner({ backup });
    await run(again, Infinity);
    assert.match(said.join("\n"), /Going on in epoch 1, after 2 of 5 batches/);
    assert.deepEqual(await outcome(again), expected);
  });

  it("begins anew with another dropout, and with other code of a transform or a metric of the same name", async () => {
    const backup = { folder: temporaryFolder(), everySeconds: 0 };
    const mine = (most: number) =>
      defineTransform({
        name: "mine/lighter",
        make: () => ({ p: 1 }),
        args: () => [],
        draw: most === 1 ? () => ({ kind: "flip", order: 10 }) : () => ({ kind: "flip", order: 11 }),
      })();
    const withMine = (most: number) => {
      const made = mine(most);
      return makeData({ dsTfms: { train: [made], valid: [] } });
    };
    const counting = (text: string) =>
      Object.defineProperty(text === "0" ? () => 0 : () => 1, "name", { value: "counted" });
    const changes: readonly [
      string,
      () => Promise<Learner<ImageDataBunch>>,
      () => Promise<Learner<ImageDataBunch>>,
    ][] = [
      [
        "the net: made",
        () => makeLearner({ backup }),
        () => makeLearner({ backup }, 3, { net: smallestNet(1, { ps: 0.1 }) }),
      ],
      [
        "the data",
        async () => makeLearner({ backup }, 3, { data: await withMine(1) }),
        async () => makeLearner({ backup }, 3, { data: await withMine(2) }),
      ],
      [
        "the metrics",
        () => makeLearner({ backup, metrics: [counting("0")] }),
        () => makeLearner({ backup, metrics: [counting("1")] }),
      ],
    ];
    for (const [difference, before, after] of changes) {
      const stopped = await before();
      await assert.rejects(stopped.fit(1, 1e-2, [new Killer(1)]), /killed/);
      said.length = 0;
      const other = await after();
      await assert.rejects(other.fit(1, 1e-2, [new Killer(0)]), /killed/);
      assert.match(
        said.join("\n"),
        new RegExp(`begins at its beginning.*it differs in .*${difference}`, "s"),
      );
      rmSync(backup.folder, { recursive: true });
    }
  });

  it("begins anew where an image has other bytes", async () => {
    const backup = { folder: temporaryFolder(), everySeconds: 0 };
    const stopped = await makeLearner({ backup });
    await assert.rejects(stopped.fit(1, 1e-2, [new Killer(1)]), /killed/);
    const data = await makeData();
    const [{ path: file } = { path: "" }] = data.trainDs.items;
    const bytes = readFileSync(file);
    // Of the same size, just before the end of the picture.
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 3) ^ 1, bytes.length - 3);
    writeFileSync(file, bytes);
    const other = await makeLearner({ backup }, 3, { data });
    await assert.rejects(other.fit(1, 1e-2, [new Killer(0)]), /killed/);
    assert.match(said.join("\n"), /begins at its beginning.*it differs in the data/s);
  });

  it("takes no fit for another one whose callback has the same code", async () => {
    const backup = { folder: temporaryFolder(), everySeconds: 0 };
    const rates: unknown[] = [];
    for (const lr of [1e-3, 1e-2]) {
      const learn = await makeLearner({ backup });
      const setting: Callback = { batchBegin: ({ learn }) => void (learn.optimizer.lrs = [lr, lr, lr]) };
      await learn.fit(1, 1e-4, [setting]);
      rates.push(learn.recorder.lrs.at(-1));
    }
    assert.deepEqual(rates, [1e-3, 1e-2]);
  });

  it("ends a fit whose last backup cannot be written, and says so", async () => {
    const backup = { folder: temporaryFolder(), everySeconds: 0 };
    const learn = await makeLearner({ backup });
    const blocking: Callback = {
      trainEnd: () => {
        for (const name of readdirSync(backup.folder)) {
          rmSync(path.join(backup.folder, name), { recursive: true });
          writeFileSync(path.join(backup.folder, name), "");
        }
      },
    };
    await learn.fit(1, 1e-2, [blocking]);
    assert.equal(learn.history.length, 1);
    assert.match(said.join("\n"), /Warning: The end of the fit is not kept/);
  });

  it("says what a callback without a state has lost, and what a state cannot hold", async () => {
    class Counter implements Callback {
      private count = 0;
      batchEnd(): void {
        this.count++;
      }
    }
    const backup = { folder: temporaryFolder(), everySeconds: 0 };
    const stopped = await makeLearner({ backup });
    await assert.rejects(stopped.fit(1, 1e-2, [new Counter(), new Killer(2)]), /killed/);
    const again = await makeLearner({ backup });
    const withMap: Callback = {
      describe: () => 0,
      epochEnd: () => undefined,
      state: () => new Map([["best", 1]]),
    };
    await again.fit(1, 1e-2, [new Counter(), new Killer(Infinity)]);
    assert.match(said.join("\n"), /Warning: Counter had kept something in its fields by then, which is lost/);
    said.length = 0;
    await again.fit(1, 1e-2, [withMap]);
    assert.match(
      said.join("\n"),
      /has no new backup\. The state of a callback cannot be kept: a Map is no plain data/,
    );
  });

  it("has every epoch's checkpoint in another process's folder", async () => {
    const backup = { folder: temporaryFolder(), everySeconds: 0 };
    const saving = () => new SaveModelCallback({ every: "epoch" });
    const stopped = await makeLearner({ backup });
    await assert.rejects(stopped.fit(2, 1e-2, [saving(), new Killer(9)]), /killed/);
    for (let i = 0; i < 2; i++) {
      // The second one finds a finished fit.
      const again = await makeLearner({ backup });
      await again.fit(2, 1e-2, [saving(), new Killer(Infinity)]);
      assert.deepEqual(readdirSync(again.modelDir).sort(), [
        "bestmodel_0.safetensors",
        "bestmodel_1.safetensors",
      ]);
    }
  });

  it("says what to delete where a backup's arrays are gone", async () => {
    const backup = { folder: temporaryFolder(), everySeconds: 0 };
    const stopped = await makeLearner({ backup });
    await assert.rejects(stopped.fit(1, 1e-2, [new Killer(2)]), /killed/);
    const [fit = ""] = readdirSync(backup.folder);
    const folder = path.join(backup.folder, fit);
    const [arrays = ""] = readdirSync(folder).filter((name) => name.startsWith("state-"));
    rmSync(path.join(folder, arrays));
    const again = await makeLearner({ backup });
    await assert.rejects(
      again.fit(1, 1e-2, [new Killer(Infinity)]),
      /cannot be read.*\nDelete its folder, .*begins anew/,
    );
  });
});

describe("a checkpoint from within an epoch", () => {
  it("says that no fit can go on from there", async () => {
    const learn = await makeLearner();
    const saving: Callback = {
      batchEnd: async ({ learn, batch }) => {
        if (batch === 2) await learn.save("inside");
      },
      epochEnd: ({ learn }) => learn.save("outside"),
    };
    await learn.fit(1, 1e-3, [saving]);
    await learn.load("outside");
    assert.deepEqual(said, []);
    await learn.load("inside");
    assert.match(said.join("\n"), /saved within epoch 0, after 2 of 5 batches.*option `backup`/s);
  });
});
