import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random } from "../../src/core/Random.js";
import { tf } from "../../src/engine/tensorflow.js";
import type { Cnn } from "../../src/models/Cnn.js";
import { models } from "../../src/models/models.js";
import { Adam } from "../../src/training/optimizers/Adam.js";
import { CrossEntropy } from "../../src/training/losses/CrossEntropy.js";
import { NetSession } from "../../src/training/session/NetSession.js";
import { trainStep } from "../support/trainStep.js";
import { drawnNet } from "../support/drawnNet.js";

async function net(): Promise<Cnn> {
  const body = await models.mobilenetV2.createBody("0", false);
  return drawnNet(body, new Random(2), { c: 2, ps: 0 });
}

describe("MobileNetV2 under fast.ai's head", () => {
  it("has torchvision's parameters, in fast.ai's three layer groups", async () => {
    const model = await net();
    const count = (parameters: readonly { readonly size: number }[]) =>
      parameters.reduce((sum, { size }) => sum + size, 0);
    // torchvision's 3,504,872 without the classifier's 1,281,000.
    assert.equal(count(model.body.net.parameters()), 2_223_872);
    assert.equal(model.layerGroups.length, 3);
    assert.ok(model.groupParameters().every((group) => group.length > 0));
    model.dispose();
  });

  it("trains as one graph as it does operation by operation", async () => {
    const [eager, graph] = [await net(), await net()];
    const random = new Random(1);
    const batch = {
      x: Float32Array.from({ length: 4 * 64 * 64 * 3 }, () => random.normal()),
      shape: [4, 64, 64, 3] as const,
      y: Int32Array.of(0, 1, 0, 1),
    };
    const loss = new CrossEntropy(2);
    const expected = trainStep(eager, batch, { loss, random });
    eager.parameters().forEach((parameter) => {
      parameter.zeroGrad();
    });
    const optimizer = new Adam(graph.groupParameters());
    const session = await NetSession.start({ model: graph, loss, training: { optimizer, random } }, batch);
    const got = await session.step(batch);
    await session.close();
    assert.ok(Math.abs(got / expected - 1) < 1e-4, `${got} beside ${expected}`);
    optimizer.dispose();
    for (const model of [eager, graph]) model.dispose();
    assert.equal(tf.memory().numTensors, 0);
  });
});
