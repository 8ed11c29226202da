import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { it } from "node:test";
import { ImageDataBunch } from "../../src/data/ImageDataBunch.js";
import { tf } from "../../src/engine/tensorflow.js";
import { Learner } from "../../src/training/Learner.js";
import { loadLearner } from "../../src/training/inference/loadLearner.js";
import { smallSet, temporaryFolder } from "../support/folders.js";
import { tinyNet } from "../support/tinyNet.js";
import { tinyLearner } from "../support/tinyLearner.js";
import { refuses } from "../support/refuses.js";

const noProc = !existsSync("/proc/self/task") && "threads and open files are counted in /proc";

it("learners that were disposed leave no thread, open file, handle or tensor", { skip: noProc }, async () => {
  const set = smallSet(6, 3);
  const modelDir = temporaryFolder();
  const useOne = async (seed: number): Promise<void> => {
    const data = await ImageDataBunch.fromFolder(set, { valid: "test", size: 32, bs: 4, numWorkers: 2 });
    const learn = new Learner(data, tinyNet(seed), "tiny", { modelDir });
    await learn.fit(1, 1e-3);
    await learn.getPreds();
    const loaded = await loadLearner(await learn.export());
    await loaded.getPreds(data.validDs.items.map((item) => item.path));
    learn.dispose();
    loaded.dispose();
  };
  const counts = () => ({
    threads: readdirSync("/proc/self/task").length,
    files: readdirSync("/proc/self/fd").length,
    ports: process.getActiveResourcesInfo().filter((kind) => kind === "MessagePort").length,
    tensors: tf.memory().numTensors,
  });
  // The first ones start what the process keeps: the pool that prepares images, and the thread that trains.
  for (const seed of [1, 2]) await useOne(seed);
  const before = counts();
  for (let seed = 3; seed < 11; seed++) await useOne(seed);
  const after = counts();
  assert.equal(after.tensors, 0);
  for (const what of ["threads", "files", "ports"] as const) {
    // One more may be on its way to its end.
    assert.ok(
      after[what] <= before[what] + 1,
      `${what}: ${before[what]}, after 8 more learners ${after[what]}`,
    );
  }
});

it("a learner whose net was disposed with another one says so", async () => {
  const learn = await tinyLearner();
  const [head, other] = [await learn.precompute(), new Learner(learn.data, learn.model, "tiny")];
  learn.dispose();
  const owners = [
    [head, "The learner whose net this one has"],
    [other, "This learner"],
  ] as const;
  for (const [one, whose] of owners) {
    for (const call of [() => one.fit(1), () => one.save("x"), () => one.getPreds()]) {
      await refuses(call, `${whose} was disposed, and its net is gone.`);
    }
  }
  head.dispose();
  other.dispose();
});
