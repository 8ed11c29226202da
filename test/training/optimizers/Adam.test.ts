import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tf } from "../../../src/engine/tensorflow.js";
import { Parameter } from "../../../src/engine/Variable.js";
import { Adam } from "../../../src/training/optimizers/Adam.js";

function near(actual: number | undefined, expected: number, tolerance = 1e-6): void {
  assert.ok(
    Math.abs((actual ?? NaN) - expected) <= tolerance,
    `${actual ?? "nothing"} is not within ${tolerance} of ${expected}`,
  );
}

describe("Adam with decoupled decay", () => {
  // p = 1, lr 3e-3, wd 1e-2; g = 0.5 at beta1 0.95, then g = -0.2 at beta1 0.94: computed from fast.ai's formulas.
  it("follows fast.ai's steps with a moving beta1", () => {
    const p = new Parameter("p", [1], Float32Array.of(1));
    const adam = new Adam([[p]], { wd: 1e-2 });
    adam.lrs = [3e-3];
    for (const [g, mom, expected] of [
      [0.5, 0.95, 0.99697],
      [-0.2, 0.94, 0.99616],
    ] as const) {
      adam.mom = mom;
      p.addGrad(tf.tensor1d([g]));
      adam.step();
      near(p.values()[0], expected);
    }
    adam.dispose();
    p.dispose();
  });

  it("equals a plain computation over many steps, groups and an epsilon that matters", () => {
    const start = [0.3, -0.7, 1.1, 0.02];
    const parameters = [0, 1].map((i) => new Parameter(`p${i}`, [2, 2], Float32Array.from(start)));
    const adam = new Adam(
      parameters.map((parameter) => [parameter]),
      { wd: 0.1, eps: 1e-3 },
    );
    adam.lrs = [1e-2, 1e-3];
    const plain = [0, 1].map(() => start.map((p) => ({ p, m: 0, v: 0 })));
    for (let t = 1; t <= 12; t++) {
      adam.mom = 0.95 - 0.005 * t;
      parameters.forEach((parameter, group) => {
        const gradient = start.map((_, i) => Math.sin(t * (i + 1) + group));
        parameter.addGrad(tf.tensor2d(gradient, [2, 2]));
        const lr = adam.lrs[group] ?? NaN;
        plain[group]?.forEach((s, i) => {
          const g = gradient[i] ?? NaN;
          s.p *= 1 - lr * 0.1;
          s.m = adam.mom * s.m + (1 - adam.mom) * g;
          s.v = 0.99 * s.v + 0.01 * g * g;
          s.p -= ((lr / (1 - adam.mom ** t)) * s.m) / (Math.sqrt(s.v) / Math.sqrt(1 - 0.99 ** t) + 1e-3);
        });
      });
      adam.step();
    }
    parameters.forEach((parameter, group) => {
      parameter.values().forEach((value, i) => {
        near(value, plain[group]?.[i]?.p ?? NaN, 2e-6);
      });
    });
    adam.dispose();
    for (const parameter of parameters) parameter.dispose();
  });

  it("spares batch norms and biases with bnWd: false, and what is not trained always", () => {
    const make = (shape: number[]) => new Parameter("p", shape, Float32Array.of(1));
    const [weight, bias, frozen] = [make([1, 1]), make([1]), make([1, 1])];
    frozen.requiresGrad = false;
    const adam = new Adam([[weight, bias, frozen]], { wd: 0.5, bnWd: false });
    adam.lrs = [0.1];
    for (const parameter of [weight, bias]) parameter.addGrad(tf.zeros(parameter.shape as number[]));
    adam.step();
    near(weight.values()[0], 0.95);
    near(bias.values()[0], 1);
    near(frozen.values()[0], 1);
    adam.dispose();
    for (const parameter of [weight, bias, frozen]) parameter.dispose();
  });

  it("adds up gradients that come before a step, and leaves no tensors", () => {
    const before = tf.memory().numTensors;
    const p = new Parameter("p", [1], Float32Array.of(0));
    p.addGrad(tf.tensor1d([1]));
    p.addGrad(tf.tensor1d([2]));
    assert.equal(p.grad?.dataSync()[0], 3);
    const adam = new Adam([[p]]);
    adam.step();
    assert.equal(p.grad, undefined);
    adam.dispose();
    p.dispose();
    assert.equal(tf.memory().numTensors, before);
  });
});
