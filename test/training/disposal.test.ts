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
  const seen: ReturnType<typeof counts>[] = [];
  for (let seed = 1; seed <= 11; seed++) {
    await useOne(seed);
    seen.push(counts());
  }
  assert.equal(seen.at(-1)?.tensors, 0);
  // The first ones start what the process keeps: the pool that prepares images, and the thread that trains. A thread that
  // is on its way to its end still has files open, so that counts go up and down: their highest must not rise.
  for (const what of ["threads", "files", "ports"] as const) {
    const numbers = seen.map((count) => count[what]);
    const [early, late] = [Math.max(...numbers.slice(1, 6)), Math.max(...numbers.slice(6))];
    assert.ok(late <= early + 1, `${what} after each learner: ${numbers.join(", ")}`);
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
