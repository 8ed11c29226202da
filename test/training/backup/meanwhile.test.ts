import assert from "node:assert/strict";
import { appendFileSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import type { ImageDataBunch } from "../../../src/data/ImageDataBunch.js";
import { CSVLogger } from "../../../src/training/callbacks/CSVLogger.js";
import type { Callback, TrainingState } from "../../../src/training/callbacks/Callback.js";
import type { Learner } from "../../../src/training/Learner.js";
import { temporaryFolder } from "../../support/folders.js";
import { Killer, makeData, makeLearner, outcome, said } from "../../support/killedFits.js";

const everyBatch = () => ({ folder: temporaryFolder(), everySeconds: 0 });

/** Gives the learner each epoch's data, as a list says. */
class Alternator implements Callback {
  private epoch = 0;
  constructor(private readonly data: readonly ImageDataBunch[]) {}
  describe = () => "alternates";
  state = () => this.epoch;
  epochBegin({ epoch, learn }: TrainingState): void {
    this.set(epoch, learn);
  }
  restore(epoch: unknown, { learn }: TrainingState): void {
    this.set(epoch as number, learn);
  }
  private set(epoch: number, learn: TrainingState["learn"]): void {
    this.epoch = epoch;
    const data = this.data[epoch];
    if (data && learn.data !== data) learn.data = data;
  }
}

describe("data that a callback gives the learner again", () => {
  it("go on with the passes that they had, also after a fit that was finished", async () => {
    // An epoch has 5 training batches, 2 validation batches and its end.
    const train = async (learn: Learner<ImageDataBunch>, first: number, second: number) => {
      const [small, large] = [learn.data, await makeData({ size: 40 })];
      const order = [small, large, small, large];
      await learn.fit(4, 1e-2, [new Alternator(order), new Killer(first)]);
      learn.data = large;
      await learn.fit(1, 1e-2, [new Killer(second)]);
    };
    const wanted = await makeLearner();
    await train(wanted, Infinity, Infinity);
    const expected = await outcome(wanted);
    const backup = everyBatch();
    // Within the large ones; within the small ones, where the large ones are still to come again; at the end of all.
    for (const [first, second] of [
      [11, 0],
      [8, 0],
      [9, 0],
      [Infinity, 2],
    ] as const) {
      await assert.rejects(train(await makeLearner({ backup }), first, second), /killed/);
    }
    const last = await makeLearner({ backup });
    await train(last, Infinity, Infinity);
    assert.deepEqual(await outcome(last), expected);
    assert.match(said.join("\n"), /data like these before it was interrupted.* pass number 2 comes next/);
  });
});

describe("the CSV file of a fit that goes on", () => {
  const logger = (append: boolean) => new CSVLogger({ addTime: false, append });
  const rowsOf = (file: string) => readFileSync(file, "utf8").trimEnd().split("\n");

  for (const append of [false, true]) {
    it(`keeps what another fit has appended meanwhile${append ? ", below rows of an earlier one" : ""}`, async () => {
      const modelDir = temporaryFolder();
      const file = path.join(modelDir, "history.csv");
      const header = "epoch,train_loss,valid_loss,error_rate\n";
      const earlier = "0,9.000000,9.000000,0.900000\n";
      const wanted = await makeLearner();
      await wanted.fit(3, 1e-2, [logger(append)]);
      const rows = rowsOf(path.join(wanted.modelDir, "history.csv")).slice(1);
      const backup = everyBatch();
      writeFileSync(file, header + earlier);
      const stopped = await makeLearner({ backup, modelDir });
      // At the second epoch's end, behind the logger: its row is in the file, and not in the backup.
      await assert.rejects(stopped.fit(3, 1e-2, [logger(append), new Killer(15)]), /killed/);
      assert.equal(rowsOf(file).length, append ? 4 : 3);
      const foreign = ["0,1.000000,1.000000,0.500000", "1,0.500000,0.500000,0.250000"];
      appendFileSync(file, foreign.map((row) => `${row}\n`).join(""));
      const again = await makeLearner({ backup, modelDir });
      await again.fit(3, 1e-2, [logger(append), new Killer(Infinity)]);
      const [first = "", second = "", third = ""] = rows;
      const before = append ? [earlier.trimEnd()] : [];
      assert.deepEqual(rowsOf(file), [header.trimEnd(), ...before, first, second, ...foreign, third]);
      // What has been finished leaves the file alone.
      await (await makeLearner({ backup, modelDir })).fit(3, 1e-2, [logger(append), new Killer(Infinity)]);
      assert.equal(rowsOf(file).length, before.length + 6);
    });
  }

  it("is that of the second of two fits in the same file, in the folder and in another one", async () => {
    const train = async (learn: Learner<ImageDataBunch>, killer: number) => {
      await learn.fit(1, 1e-2, [logger(false)]);
      await learn.fit(2, 1e-2, [logger(false), new Killer(killer)]);
    };
    const wanted = await makeLearner();
    await train(wanted, Infinity);
    const expected = readFileSync(path.join(wanted.modelDir, "history.csv"), "utf8");
    const backup = everyBatch();
    const stopped = await makeLearner({ backup });
    await assert.rejects(train(stopped, 9), /killed/);
    // The first process is gone on with where it was, the next ones elsewhere; the last one finds two finished fits.
    const again = await makeLearner({ backup, modelDir: stopped.modelDir });
    await assert.rejects(train(again, 3), /killed/);
    const elsewhere = await makeLearner({ backup });
    await train(elsewhere, Infinity);
    const last = await makeLearner({ backup });
    await train(last, Infinity);
    for (const { modelDir } of [elsewhere, last])
      assert.equal(readFileSync(path.join(modelDir, "history.csv"), "utf8"), expected);
  });

  it("is not touched where the backup is refused", async () => {
    const modelDir = temporaryFolder();
    const file = path.join(modelDir, "history.csv");
    const backup = everyBatch();
    const fit = async (killer: number) =>
      (await makeLearner({ backup, modelDir })).fit(2, 1e-2, [logger(false), new Killer(killer)]);
    await assert.rejects(fit(9), /killed/);
    const [name = ""] = readdirSync(backup.folder);
    const folder = path.join(backup.folder, name);
    const arrays = path.join(folder, readdirSync(folder).find((each) => each.startsWith("state-")) ?? "");
    const [csv, bytes] = [readFileSync(file, "utf8"), readFileSync(arrays)];
    // One bit in the middle; cut off; no arrays at all; and a later version's.
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    for (const damaged of [bytes, bytes.subarray(0, 100), Buffer.alloc(0)]) {
      writeFileSync(arrays, damaged);
      await assert.rejects(fit(Infinity), /(SHA-256 is another one|has \d+ bytes)[^]*Delete its folder/);
      assert.equal(readFileSync(file, "utf8"), csv);
    }
    assert.equal(rowsOf(file).length, 2);
  });
});

describe("a backup that is not this fit's", () => {
  it("is refused where it was moved to the place of one, and says in what it differs", async () => {
    const backup = everyBatch();
    const fit = async (seed: number) => (await makeLearner({ backup }, seed)).fit(1, 1e-2, [new Killer(2)]);
    await assert.rejects(fit(3), /killed/);
    const [first = ""] = readdirSync(backup.folder);
    renameSync(path.join(backup.folder, first), path.join(backup.folder, "kept"));
    await assert.rejects(fit(4), /killed/);
    const second = readdirSync(backup.folder).find((name) => name !== "kept") ?? "";
    renameSync(path.join(backup.folder, second), path.join(temporaryFolder(), "away"));
    renameSync(path.join(backup.folder, "kept"), path.join(backup.folder, second));
    await assert.rejects(fit(4), /is the backup of another fit.*seed \(3 there, 4 here\)/);
  });
});
