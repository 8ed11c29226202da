import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Callback, TrainingState } from "../../src/training/callbacks/Callback.js";
import { SaveModelCallback } from "../../src/training/callbacks/SaveModelCallback.js";
import type { Learner } from "../../src/training/Learner.js";
import { temporaryFolder } from "../support/folders.js";
import { Killer, makeData, makeLearner } from "../support/killedFits.js";

/** Saves the net at the end of one epoch, and has it back at the end of the fit. */
class Taking implements Callback {
  readonly order = 10;

  constructor(private readonly taken: number) {}

  describe = () => ({});
  state = () => ({});
  restore = () => undefined;
  async epochEnd({ learn, epoch }: TrainingState): Promise<void> {
    if (epoch === this.taken) await learn.save("taken");
  }
  async trainEnd({ learn }: TrainingState): Promise<void> {
    await learn.load("taken");
  }
}

const stagesOf = ({ stages }: Pick<Learner, "stages">) =>
  stages.map(({ phase, rows, kept }) => [phase, rows.length, kept]);

describe("the stages of a learner", () => {
  it("say which epoch a callback has taken, and else that it is the last one", async () => {
    const learn = await makeLearner();
    learn.freeze();
    await learn.fit(3, 1e-3, [new Taking(1)]);
    assert.deepEqual(stagesOf(learn), [["frozen", 3, 1]]);
    learn.unfreeze();
    await learn.lrFind({ numIt: 4 });
    assert.deepEqual(stagesOf(learn), [["frozen", 3, 1]], "a search leaves the net as it was");
    await learn.fit(2, 1e-3);
    assert.deepEqual(stagesOf(learn), [
      ["frozen", 3, 1],
      ["unfrozen", 2, 1],
    ]);
    await learn.load("taken");
    assert.deepEqual(stagesOf(learn).at(-1), ["unfrozen", 2, undefined], "it is of the stage before");
  });

  it("count several fits of a stage as one, and know the loss that SaveModelCallback follows", async () => {
    const learn = await makeLearner();
    await learn.fit(2, 1e-3, [new SaveModelCallback({ monitor: "train_loss", mode: "max" })]);
    const first = stagesOf(learn)[0]?.[2];
    const losses = learn.history.map(({ trainLoss }) => trainLoss);
    assert.equal(first, losses.indexOf(Math.max(...losses)));
    await learn.fit(2, 1e-3, [new Taking(0)]);
    assert.deepEqual(stagesOf(learn), [["unfrozen", 4, 2]]);
  });

  it("do not know a net of elsewhere, of the middle of an epoch, or that another learner may train", async () => {
    const [learn, other] = [await makeLearner(), await makeLearner({}, 4)];
    const modelDir = learn.modelDir;
    await learn.fit(1, 1e-3);
    await other.fit(1, 1e-3);
    await other.save("other");
    assert.notEqual(modelDir, other.modelDir);
    await assert.rejects(learn.fit(1, 1e-3, [new Killer(1)]), /killed/);
    assert.deepEqual(stagesOf(learn), [["unfrozen", 1, undefined]], "within an epoch");
    const third = await makeLearner({ modelDir: other.modelDir });
    await third.fit(1, 1e-3);
    assert.deepEqual(stagesOf(third), [["unfrozen", 1, 0]]);
    await third.load("other");
    assert.deepEqual(stagesOf(third), [["unfrozen", 1, undefined]], "of another learner");
    const fourth = await makeLearner();
    await fourth.fit(1, 1e-3);
    await fourth.precompute();
    assert.deepEqual(stagesOf(fourth), [["unfrozen", 1, undefined]], "its head may be trained");
  });

  it("are the same after a kill, and where a finished fit is not repeated", async () => {
    const data = await makeData();
    const train = async (folder: string, killer: number) => {
      const learn = await makeLearner({ backup: { folder, everySeconds: 0 } }, 3, { data });
      // The first epoch has the highest loss.
      const callbacks = () => [new SaveModelCallback({ monitor: "train_loss", mode: "max" })];
      learn.freeze();
      await learn.fit(3, 1e-2, [...callbacks(), new Killer(Infinity)]);
      learn.unfreeze();
      await learn.fit(3, 1e-2, [...callbacks(), new Killer(killer)]);
      return stagesOf(learn);
    };
    const wanted = await train(temporaryFolder(), Infinity);
    assert.notDeepEqual(
      wanted.map(([, , kept]) => kept),
      [2, 2],
    );
    const folder = temporaryFolder();
    await assert.rejects(train(folder, 12), /killed/);
    assert.deepEqual(await train(folder, Infinity), wanted, "the second fit goes on");
    assert.deepEqual(await train(folder, Infinity), wanted, "both are finished");
  });
});
