import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random } from "../../../src/core/Random.js";
import { tf } from "../../../src/engine/tensorflow.js";
import { adam } from "../../../src/training/optimizers/Adam.js";
import { clipGradNorm } from "../../../src/training/optimizers/clipGradNorm.js";
import { CrossEntropy } from "../../../src/training/losses/CrossEntropy.js";
import { evaluateBatch } from "../../../src/training/session/evaluate.js";
import { sgd } from "../../../src/training/optimizers/SGD.js";
import type { TrainBatch } from "../../../src/training/DataBunch.js";
import { trainStep } from "../../support/trainStep.js";
import { mixUp } from "../../../src/training/mixUp.js";
import { NetSession } from "../../../src/training/session/NetSession.js";
import { tinyNet } from "../../support/tinyNet.js";

const binding = (tf.backend() as unknown as { binding: { getNumOfTensors(): number } }).binding;

function drawnBatch(n: number, size: number, random: Random): TrainBatch {
  const x = Float32Array.from({ length: n * size * size * 3 }, () => random.normal());
  return { x, shape: [n, size, size, 3], y: Int32Array.from({ length: n }, (_, i) => i % 2) };
}

/** A net with its optimizer, the same for the same arguments. */
function trained(freezeTo: number, ps = 0.5, optFunc = adam({ eps: 1e-4 })) {
  const model = tinyNet(1, { ps });
  model.freezeTo(freezeTo, true);
  const optimizer = optFunc(model.groupParameters(), {});
  optimizer.lrs = [1e-4, 1e-3, 1e-2];
  const random = new Random(3);
  const loss = new CrossEntropy(2);
  const dispose = () => {
    optimizer.dispose();
    model.dispose();
  };
  return { model, optimizer, random, loss, settings: { random, loss }, dispose };
}

const values = ({ model, optimizer }: ReturnType<typeof trained>): Float32Array[] =>
  [...model.state(), ...[...optimizer.state().values()].flat()].map((variable) => variable.values());

function near(actual: readonly Float32Array[], expected: readonly Float32Array[], tolerance: number): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((array, i) => {
    const other = expected[i] ?? new Float32Array();
    assert.equal(array.length, other.length);
    const scale = Math.max(1e-3, ...other.map(Math.abs));
    array.forEach((value, k) => {
      const difference = Math.abs(value - (other[k] ?? NaN)) / scale;
      assert.ok(difference <= tolerance, `variable ${i}: ${value} beside ${other[k] ?? NaN}`);
    });
  });
}

describe("a recorded step", () => {
  for (const [name, freezeTo] of [
    ["a frozen", -1],
    ["an unfrozen", 0],
  ] as const) {
    it(`trains ${name} net as the operations one by one do, whatever the batch's length`, async () => {
      const [eager, graph] = [trained(freezeTo), trained(freezeTo)];
      const batches = [4, 4, 6, 3].map((n, i) => drawnBatch(n, 48, new Random(i)));
      let session: NetSession | undefined;
      for (const [i, batch] of batches.entries()) {
        for (const { optimizer } of [eager, graph]) {
          optimizer.mom = 0.95 - 0.01 * i;
          optimizer.wd = i === 2 ? 0 : 0.1;
          optimizer.lrs = optimizer.lrs.map((lr) => lr * 1.5);
        }
        const expected = trainStep(eager.model, batch, eager.settings);
        eager.optimizer.step();
        session ??= await NetSession.start({ ...graph, training: graph }, batch);
        const loss = await session.step(batch);
        assert.ok(Math.abs(loss / expected - 1) < 1e-4, `loss ${i}: ${loss} beside ${expected}`);
      }
      await session?.close();
      assert.equal(graph.optimizer.t, eager.optimizer.t);
      assert.deepEqual(graph.random.state, eager.random.state);
      near(values(graph), values(eager), 2e-3);
      eager.dispose();
      graph.dispose();
      assert.equal(tf.memory().numTensors, 0);
    });
  }

  for (const [name, freezeTo] of [
    ["a frozen", -1],
    ["an unfrozen", 0],
  ] as const) {
    it(`trains ${name} net with gradient checkpointing as without it`, async () => {
      const [plain, eager, graph] = [trained(freezeTo), trained(freezeTo), trained(freezeTo)];
      const checkpointing = { ...eager.settings, checkpointing: true };
      const batches = [4, 6, 3].map((n, i) => drawnBatch(n, 48, new Random(i)));
      let session: NetSession | undefined;
      for (const [i, batch] of batches.entries()) {
        const expected = trainStep(plain.model, batch, plain.settings);
        const byOperations = trainStep(eager.model, batch, checkpointing);
        for (const { optimizer } of [plain, eager]) optimizer.step();
        session ??= await NetSession.start({ ...graph, training: { ...graph, checkpointing: true } }, batch);
        const inOneGraph = await session.step(batch);
        assert.ok(
          Math.abs(byOperations / expected - 1) < (i === 0 ? 1e-7 : 1e-4),
          `${byOperations} beside ${expected}`,
        );
        assert.ok(Math.abs(inOneGraph / expected - 1) < 1e-4, `${inOneGraph} beside ${expected}`);
      }
      await session?.close();
      near(values(eager), values(plain), 2e-3);
      near(values(graph), values(plain), 2e-3);
      for (const net of [plain, eager, graph]) net.dispose();
      assert.equal(tf.memory().numTensors, 0);
    });
  }

  it("mixes, smooths and weights as the operations one by one do", async () => {
    const loss = new CrossEntropy(2, { labelSmoothing: 0.1, classWeights: [3, 1] });
    const [eager, graph] = [trained(0), trained(0)];
    const [drawEager, drawGraph] = [mixUp(0.4, eager.random), mixUp(0.4, graph.random)];
    let session: NetSession | undefined;
    for (const batch of [4, 6].map((n, i) => drawnBatch(n, 48, new Random(i)))) {
      const mix = drawEager(batch.y.length);
      const expected = trainStep(eager.model, { ...batch, mix }, { ...eager.settings, loss });
      eager.optimizer.step();
      const net = { ...graph, loss, training: { ...graph, drawMix: drawGraph } };
      session ??= await NetSession.start(net, batch);
      const got = await session.step(batch);
      assert.ok(Math.abs(got / expected - 1) < 1e-4, `${got} beside ${expected}`);
    }
    const batch = drawnBatch(3, 48, new Random(7));
    const evaluated = await session?.evaluate(batch);
    await session?.close();
    near(values(graph), values(eager), 2e-3);
    const expected = evaluateBatch(graph.model, batch, loss);
    near([evaluated?.losses ?? new Float32Array()], [expected.losses], 1e-4);
    eager.dispose();
    graph.dispose();
  });

  it("clips gradients, each by the norm of all", async () => {
    const [eager, graph] = [trained(0, 0), trained(0, 0)];
    const batch = drawnBatch(4, 48, new Random(1));
    trainStep(eager.model, batch, eager.settings);
    const norm = () => {
      const grads = eager.optimizer.parameters.flatMap(({ grad }) => [...(grad?.dataSync() ?? [])]);
      return Math.hypot(...grads);
    };
    assert.ok(norm() > 0.1, `${norm()}`);
    clipGradNorm(eager.optimizer.parameters, 0.05);
    assert.ok(Math.abs(norm() - 0.05) < 1e-5, `${norm()}`);
    clipGradNorm(eager.optimizer.parameters, 1);
    assert.ok(Math.abs(norm() - 0.05) < 1e-5, "smaller ones stay");
    eager.optimizer.step();
    const session = await NetSession.start({ ...graph, training: { ...graph, clipGrad: 0.05 } }, batch);
    await session.step(batch);
    await session.close();
    near(values(graph), values(eager), 1e-3);
    eager.dispose();
    graph.dispose();
  });

  it("accumulates gradients to their mean over all images", async () => {
    // By SGD: Adam makes much of the last bits of a gradient that is almost zero.
    const [eager, graph] = [trained(0, 0, sgd()), trained(0, 0, sgd())];
    const batches = [4, 6, 3].map((n, i) => drawnBatch(n, 48, new Random(i)));
    const session = await NetSession.start(
      { ...graph, training: { ...graph, accumulation: 2 } },
      drawnBatch(4, 48, new Random(0)),
    );
    // Two batches make the first step, one the second.
    for (const parts of [batches.slice(0, 2), batches.slice(2)]) {
      const items = parts.reduce((sum, { y }) => sum + y.length, 0);
      for (const batch of parts) {
        trainStep(eager.model, batch, { ...eager.settings, sums: true });
        await session.step(batch);
      }
      for (const parameter of eager.optimizer.parameters) {
        const mean = tf.tidy(() => tf.div(parameter.grad ?? tf.scalar(NaN), items));
        parameter.zeroGrad();
        parameter.addGrad(mean);
      }
      eager.optimizer.step();
      await session.update();
      await session.update();
    }
    await session.close();
    assert.equal(graph.optimizer.t, 2);
    near(values(graph), values(eager), 1e-3);
    eager.dispose();
    graph.dispose();
    assert.equal(tf.memory().numTensors, 0);
  });

  it("changes nothing and draws nothing while it is recorded", async () => {
    const net = trained(0);
    const before = net.model.state().map((variable) => variable.values());
    const { state } = net.random;
    const session = await NetSession.start({ ...net, training: net }, drawnBatch(4, 32, new Random(1)));
    assert.deepEqual(net.random.state, state);
    assert.equal(net.optimizer.t, 0);
    await session.close();
    assert.deepEqual(
      net.model.state().map((variable) => variable.values()),
      before,
    );
    net.dispose();
  });

  it("is the same to the last bit for the same seed", async () => {
    const run = async () => {
      const net = trained(0);
      const batch = drawnBatch(8, 48, new Random(1));
      const session = await NetSession.start({ ...net, training: net }, batch);
      for (let i = 0; i < 5; i++) await session.step(batch);
      await session.close();
      const end = values(net);
      net.dispose();
      return end;
    };
    assert.deepEqual(await run(), await run());
  });
});

describe("variables during training", () => {
  it("are the graph's where they are read here, between steps and during one", async () => {
    const [eager, graph] = [trained(0, 0), trained(0, 0)];
    const batch = drawnBatch(4, 32, new Random(1));
    const session = await NetSession.start({ ...graph, training: graph }, batch);
    await session.step(batch);
    const eagerStep = () => {
      trainStep(eager.model, batch, eager.settings);
      eager.optimizer.step();
    };
    eagerStep();
    near(values(graph), values(eager), 1e-3);
    await session.step(batch);
    eagerStep();
    near(values(graph), values(eager), 1e-3);
    // As of the step that is under way.
    const step = session.step(batch);
    await new Promise((resolve) => setImmediate(resolve));
    eagerStep();
    near(values(graph), values(eager), 1e-3);
    await step;
    await session.step(batch);
    eagerStep();
    await session.close();
    near(values(graph), values(eager), 1e-3);
    eager.dispose();
    graph.dispose();
  });

  it("do not come back where they are discarded, and are what they are assigned then", async () => {
    const graph = trained(0, 0);
    const batch = drawnBatch(4, 32, new Random(1));
    const before = graph.model.state().map((variable) => variable.values());
    const session = await NetSession.start({ ...graph, training: graph }, batch);
    await session.step(batch);
    await session.close({ discard: true });
    for (const variable of graph.model.state()) assert.throws(() => variable.values(), /cannot be read/);
    graph.model.state().forEach((variable, i) => {
      variable.assignValues(before[i] ?? new Float32Array());
    });
    assert.deepEqual(
      graph.model.state().map((variable) => variable.values()),
      before,
    );
    graph.dispose();
  });

  it("that are assigned here between steps go to the graph", async () => {
    const [eager, graph] = [trained(0, 0), trained(0, 0)];
    const batch = drawnBatch(4, 32, new Random(1));
    const session = await NetSession.start({ ...graph, training: graph }, batch);
    await session.step(batch);
    trainStep(eager.model, batch, eager.settings);
    eager.optimizer.step();
    for (const { model } of [eager, graph]) model.parameters().at(-1)?.assignValues(Float32Array.of(2, -1));
    const loss = await session.step(batch);
    const expected = trainStep(eager.model, batch, eager.settings);
    eager.optimizer.step();
    assert.ok(Math.abs(loss / expected - 1) < 1e-3, `${loss} beside ${expected}`);
    await session.close();
    const last = ({ model }: typeof graph) =>
      model
        .parameters()
        .slice(-1)
        .map((bias) => bias.values());
    near(last(graph), last(eager), 1e-3);
    eager.dispose();
    graph.dispose();
  });

  it("come back after a step that TensorFlow refused", async () => {
    const net = trained(0);
    const batch = drawnBatch(4, 32, new Random(1));
    const session = await NetSession.start({ ...net, training: net }, batch);
    await session.step(batch);
    const wrong = { ...batch, y: Int32Array.of(0, 1, 0) };
    await assert.rejects(session.step(wrong), /TensorFlow: .*broadcastable.*labels_size=\[3,2\]/s);
    await session.close();
    assert.ok(values(net).every((array) => array.every(Number.isFinite)));
    net.dispose();
  });

  it("leave the calling thread free, and nothing behind", async () => {
    const net = trained(0);
    const batch = drawnBatch(16, 96, new Random(1));
    const session = await NetSession.start({ ...net, training: net }, batch);
    await session.step(batch);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const tensors = binding.getNumOfTensors();
    for (let i = 0; i < 20; i++) await session.step(batch);
    clearInterval(timer);
    assert.ok(turns >= 20, `${turns} turns of the event loop in 20 steps`);
    assert.equal(binding.getNumOfTensors(), tensors);
    await session.close();
    net.dispose();
    assert.equal(tf.memory().numTensors, 0);
  });
});

describe("evaluation", () => {
  it("equals the operations one by one, for any number of images and after every change", async () => {
    const net = trained(0, 0);
    const random = new Random(7);
    const session = await NetSession.start({ ...net, training: net }, drawnBatch(4, 48, random));
    for (const n of [5, 1, 3]) {
      // Running statistics away from 0 and 1, and new weights each time.
      await session.step(drawnBatch(6, 48, random));
      const batch = drawnBatch(n, 48, random);
      const evaluated = await session.evaluate(batch);
      await session.syncFromThread();
      const expected = evaluateBatch(net.model, batch, net.loss);
      assert.equal(evaluated.losses.length, n);
      near([evaluated.logits, evaluated.losses], [expected.logits, expected.losses], 1e-5);
      await session.endEvaluation();
    }
    await session.close();
    net.dispose();
  });

  it("is a line through the batch norm's statistics, not the batch's", () => {
    const { model, loss, dispose } = trained(0, 0);
    for (const variable of model.buffers()) {
      variable.assignValues(Float32Array.from({ length: variable.size }, (_, i) => 0.5 + 0.1 * (i % 3)));
    }
    const [one, two] = [drawnBatch(1, 32, new Random(1)), drawnBatch(1, 32, new Random(2))];
    const x = new Float32Array(2 * one.x.length);
    x.set(one.x);
    x.set(two.x, one.x.length);
    const both = evaluateBatch(model, { x, shape: [2, 32, 32, 3], y: Int32Array.of(0, 0) }, loss);
    const apart = [one, two].flatMap((batch) => [...evaluateBatch(model, batch, loss).logits]);
    near([both.logits], [Float32Array.from(apart)], 1e-5);
    dispose();
  });

  it("without a training session leaves the weights where they are", async () => {
    const { model, loss, dispose } = trained(0, 0);
    const batch = drawnBatch(2, 32, new Random(1));
    const session = await NetSession.start({ model, loss }, batch);
    const expected = evaluateBatch(model, batch, loss);
    near([(await session.evaluate(batch)).logits], [expected.logits], 1e-5);
    assert.ok(
      model
        .parameters()[0]
        ?.values()
        .some((value) => value !== 0),
    );
    await session.close();
    dispose();
    assert.equal(tf.memory().numTensors, 0);
  });
});
