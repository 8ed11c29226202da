import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { it } from "node:test";
import { projectRoot } from "../../../src/core/environment.js";

// TensorFlow drops a graph's optimizations when one of them fails, says so on standard error, and goes on, slower.
it("TensorFlow has nothing to complain of in the graphs of training and evaluation", () => {
  const script = `
    const { tinyNet } = require("./dist/test/support/tinyNet.js");
    const { Adam } = require("./dist/src/training/optimizers/Adam.js");
    const { CrossEntropy } = require("./dist/src/training/losses/CrossEntropy.js");
    const { NetSession } = require("./dist/src/training/session/NetSession.js");
    const { Random } = require("./dist/src/core/Random.js");
    void (async () => {
      const model = tinyNet();
      model.freezeTo(0, true);
      const training = { optimizer: new Adam(model.groupParameters()), random: new Random(1) };
      const batch = { x: new Float32Array(2 * 32 * 32 * 3), shape: [2, 32, 32, 3], y: Int32Array.of(0, 1) };
      const session = await NetSession.start({ model, loss: new CrossEntropy(2), training }, batch);
      await session.step(batch);
      await session.evaluate(batch);
      await session.close();
      console.log("done");
    })();`;
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], {
    cwd: path.resolve(projectRoot),
    encoding: "utf8",
  });
  assert.equal(stdout, "done\n", stderr);
  // Nor of what it says of itself while it is loaded.
  assert.equal(stderr, "");
});
