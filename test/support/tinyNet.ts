import { Random } from "../../src/core/Random.js";
import type { Cnn } from "../../src/models/Cnn.js";
import { resNetBody, type ResNetOptions } from "../../src/models/bodies/ResNet.js";
import { drawnNet } from "./drawnNet.js";

/** ResNet's shape with one narrow block a layer and drawn weights: a step takes milliseconds. */
export function tinyNet(
  seed = 1,
  { width = 4, c = 2, ps = 0.5 } = {},
  { strideIn = "conv2", epsilon = 1e-5 }: Partial<ResNetOptions> = {},
): Cnn {
  const body = resNetBody("0", { blocks: [1, 1, 1, 1], width, strideIn, epsilon });
  return drawnNet(body, new Random(seed, 9), { c, ps, linFtrs: 16 });
}
