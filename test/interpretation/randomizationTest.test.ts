import assert from "node:assert/strict";
import { it } from "node:test";
import { tf } from "../../src/engine/tensorflow.js";
import { randomizationTest } from "../../src/interpretation/randomizationTest.js";
import { refuses } from "../support/refuses.js";
import { tinyLearner } from "../support/tinyLearner.js";

it("makes the net random part by part, and puts it back", async () => {
  const learn = await tinyLearner();
  await learn.fitOneCycle(1);
  const before = await learn.getPreds();
  const tests = await randomizationTest(learn, { images: 4 });
  const after = await learn.getPreds();
  assert.deepEqual(after.probs, before.probs);
  const [first, last] = [tests[0], tests.at(-1)];
  assert.deepEqual([first?.randomized, last?.randomized], ["the head", "the whole net"]);
  assert.ok((last?.layerCam ?? NaN) < (first?.layerCam ?? NaN) - 0.2, JSON.stringify(tests));
  // At 32 pixels Grad-CAM has one cell.
  assert.ok(tests.every(({ gradCam }) => gradCam === null));
  assert.deepEqual(await randomizationTest(learn, { images: 4 }), tests);
  await refuses(randomizationTest(learn, { images: 0 }), "images is 0", "from 1");
  await refuses(randomizationTest(learn, { dsType: "test" }), "no test set");
  learn.dispose();
  assert.equal(tf.memory().numTensors, 0, "tensors are left");
});
