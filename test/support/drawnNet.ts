import type { Random } from "../../src/core/Random.js";
import type { Body } from "../../src/models/bodies/Body.js";
import { Cnn } from "../../src/models/Cnn.js";
import { createHead, type HeadOptions } from "../../src/models/createHead.js";

/** A body, whose convolutions' weights are drawn here, under a head. */
export function drawnNet(body: Body, random: Random, head: Omit<HeadOptions, "features">): Cnn {
  for (const parameter of body.net.parameters().filter(({ shape }) => shape.length === 4)) {
    const [h = 1, w = 1, cin = 1] = parameter.shape;
    const deviation = Math.sqrt(2 / (h * w * cin));
    parameter.assignValues(Float32Array.from({ length: parameter.size }, () => deviation * random.normal()));
  }
  return new Cnn(body, createHead("1", { features: body.features, ...head }, random));
}
