import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Rank, Tensor4D } from "@tensorflow/tfjs-node-gpu";
import { conv2dFilterGrad } from "../../../src/engine/operations/conv2d.js";
import { tf } from "../../../src/engine/tensorflow.js";
import { near } from "../../support/near.js";

describe("the filter's gradient equals that of tfjs", () => {
  for (const [name, shape, filter, stride] of [
    ["pointwise, few channels", [2, 5, 5, 8], [1, 1, 8, 16], 1],
    ["pointwise, many channels", [2, 2, 3, 65], [1, 1, 65, 2048], 1],
    ["pointwise, between", [2, 4, 4, 80], [1, 1, 80, 96], 1],
    ["3x3, wide, few pixels", [2, 2, 3, 512], [3, 3, 512, 512], 1],
    ["3x3, narrow", [2, 6, 6, 8], [3, 3, 8, 4], 1],
    ["3x3, stride 2", [2, 7, 7, 8], [3, 3, 8, 4], 2],
  ] as const) {
    it(name, () => {
      tf.tidy(() => {
        const x = tf.randomNormal<Rank.R4>([...shape], 0, 1, "float32", 1);
        const w = tf.zeros<Rank.R4>([...filter]);
        const padding = (filter[0] - 1) / 2;
        const around: [number, number] = [padding, padding];
        const conv = (kernel: Tensor4D) =>
          tf.conv2d(tf.pad(x, [[0, 0], around, around, [0, 0]]), kernel, stride, "valid");
        const dy = tf.randomNormal(conv(w).shape, 0, 1, "float32", 2);
        const ours = conv2dFilterGrad(x, filter, dy, { stride, padding });
        const theirs = tf.grad((kernel) => conv(kernel as Tensor4D))(w, dy);
        assert.deepEqual(ours.shape, [...filter]);
        near(ours.dataSync(), theirs.dataSync(), 1e-5, name);
      });
      assert.equal(tf.memory().numTensors, 0);
    });
  }
});
