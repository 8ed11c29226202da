import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tf } from "../../src/engine/tensorflow.js";
import { summary } from "../../src/training/summary.js";
import { tinyNet } from "../support/tinyNet.js";

describe("summary", () => {
  it("lists every layer with its shape and parameters, and leaves nothing behind", () => {
    const net = tinyNet();
    net.freezeTo(-1, true);
    const { rows, caption } = summary(net, 64);
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
    net.dispose();
    assert.equal(tf.memory().numTensors, 0);
  });
});
