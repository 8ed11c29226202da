import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tf } from "../../../src/engine/tensorflow.js";
import { Parameter } from "../../../src/engine/Variable.js";
import { Adam, adam } from "../../../src/training/optimizers/Adam.js";
import type { Optimizer } from "../../../src/training/optimizers/Optimizer.js";
import { SGD, sgd } from "../../../src/training/optimizers/SGD.js";

const gradients = [0.5, -0.2, 0.3];

/** The parameter after each step, from 1. */
function path(make: (groups: Parameter[][]) => Optimizer): number[] {
  const p = new Parameter("p", [1, 1], Float32Array.of(1));
  const optimizer = make([[p]]);
  optimizer.lrs = [0.1];
  const values = gradients.map((g) => {
    p.addGrad(tf.tensor2d([[g]]));
    optimizer.step();
    return p.values()[0] ?? NaN;
  });
  optimizer.dispose();
  p.dispose();
  assert.equal(tf.memory().numTensors, 0);
  return values;
}

function near(actual: readonly number[], expected: readonly number[]): void {
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - (expected[i] ?? NaN)) < 1e-6, `${actual.join()} beside ${expected.join()}`);
  });
}

describe("SGD", () => {
  it("follows PyTorch's steps with momentum and decoupled decay", () => {
    let [p, b] = [1, 0];
    const expected = gradients.map((g) => {
      p *= 1 - 0.1 * 0.05;
      b = 0.9 * b + g;
      p -= 0.1 * b;
      return p;
    });
    near(
      path((groups) => new SGD(groups, { momentum: 0.9, wd: 0.05 })),
      expected,
    );
  });

  it("adds an L2 penalty to the gradient without trueWd", () => {
    let p = 1;
    const expected = gradients.map((g) => (p -= 0.1 * (g + 0.05 * p)));
    near(
      path((groups) => new SGD(groups, { wd: 0.05, trueWd: false })),
      expected,
    );
  });

  it("refuses a momentum of 1", () => {
    assert.throws(() => sgd({ momentum: 1 }), /momentum is 1\./);
  });
});

describe("Adam without trueWd", () => {
  it("puts the decay into both moments", () => {
    let [p, m, v] = [1, 0, 0];
    const expected = gradients.map((gradient, i) => {
      const g = gradient + 0.05 * p;
      m = 0.9 * m + 0.1 * g;
      v = 0.99 * v + 0.01 * g * g;
      const t = i + 1;
      p -= ((0.1 / (1 - 0.9 ** t)) * m) / (Math.sqrt(v) / Math.sqrt(1 - 0.99 ** t) + 1e-8);
      return p;
    });
    near(
      path((groups) => new Adam(groups, { wd: 0.05, trueWd: false })),
      expected,
    );
  });

  it("refuses betas and an eps that make no sense", () => {
    assert.throws(() => adam({ betas: [0.9, 1] }), /betas\[1\] is 1\./);
    assert.throws(() => adam({ eps: 0 }), /eps is 0\./);
  });
});
