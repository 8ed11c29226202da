import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tf } from "../../src/engine/tensorflow.js";
import { stepMemory } from "../../src/training/session/stepMemory.js";
import { summary } from "../../src/training/summary.js";
import { tinyNet } from "../support/tinyNet.js";

describe("summary", () => {
  it("lists every layer with its shape and parameters, and leaves nothing behind", () => {
    const net = tinyNet();
    net.freezeTo(-1, true);
    const { rows, caption } = summary(net, 64, { activations: 1.5e6, variables: 2e6, bs: 4 });
    assert.deepEqual(rows.slice(0, 3), [
      ["Conv2d", "32 x 32 x 4", "588", "no"],
      ["BatchNorm", "32 x 32 x 4", "8", "yes"],
      ["MaxPool2d", "16 x 16 x 4", "0", ""],
    ]);
    assert.deepEqual(rows.at(-1), ["Linear", "2", "34", "yes"]);
    const total = rows.reduce((sum, [, , count = ""]) => sum + Number(count.replaceAll(",", "")), 0);
    const expected = net.parameters().reduce((sum, { size }) => sum + size, 0);
    assert.equal(total, expected);
    assert.ok(caption?.startsWith(`${expected.toLocaleString("en-US")} parameters`));
    assert.match(
      caption ?? "",
      /1\.50 MB of activations an image, 6\.00 MB for a batch of 4, and 2\.00 MB of weights/,
    );
    net.dispose();
    assert.equal(tf.memory().numTensors, 0);
  });

  it("measures what a step keeps: it grows with the pixels, less with checkpoints, and changes nothing", () => {
    const net = tinyNet();
    net.freezeTo(0, true);
    const before = net.state().map((variable) => variable.values());
    const [small, large] = [64, 128].map((size) => stepMemory(net, size, { slots: 2 }));
    const { activations } = stepMemory(net, 128, { slots: 2, checkpointing: true });
    const ratio = (large?.activations ?? NaN) / (small?.activations ?? NaN);
    assert.ok(ratio > 3.5 && ratio < 4.1, `${ratio} times for four times the pixels`);
    assert.ok(activations < 0.7 * (large?.activations ?? NaN));
    // The input and the first convolution's output are among it.
    assert.ok((small?.activations ?? 0) > 4 * (64 * 64 * 3 + 32 * 32 * 4));
    const count = (variables: readonly { size: number }[]) =>
      variables.reduce((sum, { size }) => sum + size, 0);
    assert.equal(small?.variables, 4 * (count(net.state()) + 3 * count(net.parameters())));
    assert.deepEqual(
      net.state().map((variable) => variable.values()),
      before,
    );
    net.dispose();
    assert.equal(tf.memory().numTensors, 0);
  });
});
