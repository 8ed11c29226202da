import { Random } from "../../src/engine/random.js";
import { Cnn } from "../../src/models/Cnn.js";
import { createHead } from "../../src/models/createHead.js";
import { resNetBody, type ResNetOptions } from "../../src/models/ResNet.js";

/** ResNet's shape with one narrow block a layer and drawn weights: a step takes milliseconds. */
export function tinyNet(
  seed = 1,
  { width = 4, c = 2, ps = 0.5 } = {},
  { strideIn = "conv2", epsilon = 1e-5 }: Partial<ResNetOptions> = {},
): Cnn {
  const body = resNetBody("0", { blocks: [1, 1, 1, 1], width, strideIn, epsilon });
  const random = new Random(seed, 9);
  for (const parameter of body.net.parameters().filter(({ shape }) => shape.length === 4)) {
    const [h = 1, w = 1, cin = 1] = parameter.shape;
    const deviation = Math.sqrt(2 / (h * w * cin));
    parameter.assignValues(Float32Array.from({ length: parameter.size }, () => deviation * random.normal()));
  }
  return new Cnn(body, createHead("1", { features: body.features, c, ps, linFtrs: 16 }, random));
}
