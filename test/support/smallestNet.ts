import { Random } from "../../src/core/Random.js";
import { createBody } from "../../src/models/bodies/backbones.js";
import type { BodySpec } from "../../src/models/bodies/Body.js";
import { defineBackbone } from "../../src/models/bodies/defineBackbone.js";
import type { Cnn } from "../../src/models/Cnn.js";
import { BatchNorm } from "../../src/models/layers/BatchNorm.js";
import { Conv2d } from "../../src/models/layers/Conv2d.js";
import { Sequential } from "../../src/models/layers/Sequential.js";
import { drawnNet } from "./drawnNet.js";

const spec: BodySpec = { kind: "smallest" };
const channels = 4;
defineBackbone({
  kind: "smallest",
  nets: { smallest: spec },
  build(prefix) {
    const parts = [3, channels].flatMap((cin, i) => [
      new Conv2d(`${prefix}.${2 * i}`, { in: cin, out: channels, kernel: 3, stride: 2, padding: 1 }),
      new BatchNorm(`${prefix}.${2 * i + 1}`, { channels, epsilon: 1e-5, relu: true }),
    ]);
    return { net: new Sequential(parts), features: channels, split: 2, spec };
  },
});

/**
 * Two convolutions under a head, with drawn weights, for what any net shows: a fit begins in a fraction of the time that
 * the graph of a ResNet takes.
 */
export function smallestNet(seed = 1, { ps = 0.5 } = {}): Cnn {
  return drawnNet(createBody("0", spec), new Random(seed, 9), { c: 2, ps, linFtrs: 8 });
}
