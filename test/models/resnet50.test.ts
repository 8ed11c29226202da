import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Random } from "../../src/core/Random.js";
import { tf } from "../../src/engine/tensorflow.js";
import type { Variable } from "../../src/engine/Variable.js";
import { Cnn } from "../../src/models/Cnn.js";
import { createHead } from "../../src/models/createHead.js";
import { BatchNorm } from "../../src/models/layers/BatchNorm.js";
import { modelFrom, models } from "../../src/models/models.js";
import { Adam } from "../../src/training/optimizers/Adam.js";
import { CrossEntropy } from "../../src/training/losses/CrossEntropy.js";
import { trainStep } from "../support/trainStep.js";

const count = (variables: readonly Variable[]): number => variables.reduce((sum, { size }) => sum + size, 0);

describe("ResNet-50 under fast.ai's head", () => {
  let net: Cnn;
  before(async () => {
    const body = await models.resnet50.createBody("0", true);
    net = new Cnn(body, createHead("1", { features: body.features, c: 2 }, new Random(1)));
  });
  after(() => {
    net.dispose();
  });

  it("has fast.ai's numbers of parameters", () => {
    const norms = [...net.body.net.modules()].filter((module) => module instanceof BatchNorm);
    assert.equal(count(net.body.net.parameters()), 23_508_032);
    assert.equal(norms.length, 53);
    assert.equal(count(norms.flatMap((norm) => norm.parameters())), 53_120);
    assert.equal(count(net.head.parameters()), 2_107_906);
    assert.equal(count(net.parameters()), 25_615_938);
  });

  it("trains the head and all batch norms when frozen, everything when not", () => {
    const trained = () => count(net.parameters().filter(({ requiresGrad }) => requiresGrad));
    net.freezeTo(-1, true);
    assert.equal(trained(), 2_161_026);
    net.freezeTo(-1, false);
    assert.equal(trained(), 2_107_906);
    net.freezeTo(0, true);
    assert.equal(trained(), 25_615_938);
    assert.throws(() => {
      net.freezeTo(3, true);
    }, /There is no layer group 3 to freeze to/);
  });

  it("has three layer groups, cut before layer3 and before the head", () => {
    const [early = [], late = [], head = []] = net.groupParameters();
    assert.ok(early.every(({ name }) => /^0\.[0145]\./.test(name)));
    assert.ok(late.every(({ name }) => /^0\.[67]\./.test(name)));
    assert.ok(head.every(({ name }) => name.startsWith("1.")));
    assert.equal(count([...early, ...late, ...head]), 25_615_938);
  });

  it("moves running statistics and batch norms, but no convolution, in a frozen step", () => {
    net.freezeTo(-1, true);
    const optimizer = new Adam(net.groupParameters());
    optimizer.lrs = [1e-3, 1e-3, 1e-3];
    const byName = () => new Map(net.state().map((variable) => [variable.name, variable.values()]));
    const earlier = byName();
    const x = Float32Array.from({ length: 2 * 32 * 32 * 3 }, (_, i) => Math.sin(i));
    trainStep(
      net,
      { x, shape: [2, 32, 32, 3], y: Int32Array.of(0, 1) },
      { loss: new CrossEntropy(2), random: new Random(1) },
    );
    optimizer.step();
    const later = byName();
    for (const variable of net.body.net.state()) {
      const isConvolution = variable.shape.length === 4;
      const [a, b] = [earlier.get(variable.name), later.get(variable.name)];
      if (isConvolution) assert.deepEqual(b, a, variable.name);
      else assert.notDeepEqual(b, a, variable.name);
    }
    optimizer.dispose();
  });

  it("leaves no tensors behind", () => {
    assert.equal(tf.memory().numTensors, 0);
  });
});

describe("weights", () => {
  it("that are not there are named, with the remedy", async () => {
    await assert.rejects(modelFrom("resnet50", "/nowhere/net.safetensors").createBody("0", true), {
      name: "UserError",
      message: /\/nowhere\/net\.safetensors cannot be read[\s\S]*xray setup/,
    });
  });
});
