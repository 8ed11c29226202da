import { z } from "zod";
import type { Body } from "./Body.js";
import { defineBackbone } from "./defineBackbone.js";
import { BatchNorm } from "../layers/BatchNorm.js";
import { Conv2d } from "../layers/Conv2d.js";
import { DepthwiseConv2d } from "../layers/DepthwiseConv2d.js";
import type { Module } from "../layers/Module.js";
import { Residual } from "../layers/Residual.js";
import { Sequential } from "../layers/Sequential.js";

export interface MobileNetV2Spec {
  readonly kind: "mobilenetV2";
  /** Every batch norm adds it to the variance. */
  readonly epsilon: number;
}

/** Sandler et al.'s net, and whatever else has its shape. */
export const mobileNets = defineBackbone({
  kind: "mobilenetV2",
  // torchvision's geometry.
  nets: { mobilenetV2: { kind: "mobilenetV2", epsilon: 1e-5 } },
  build: mobileNetV2Body,
  schema: z.object({ kind: z.literal("mobilenetV2"), epsilon: z.number().positive().max(1) }),
  geometry: { epsilon: (epsilon) => `epsilon ${epsilon} in its batch norms` },
  torchvisionName: (name) => name.replace(/^0\./, "features."),
});

/** The paper's table 2: how much wider a block is inside, its channels, how many there are, the first one's stride. */
const stages = [
  { expand: 1, channels: 16, count: 1, stride: 1 },
  { expand: 6, channels: 24, count: 2, stride: 2 },
  { expand: 6, channels: 32, count: 3, stride: 2 },
  { expand: 6, channels: 64, count: 4, stride: 2 },
  { expand: 6, channels: 96, count: 3, stride: 1 },
  { expand: 6, channels: 160, count: 3, stride: 2 },
  { expand: 6, channels: 320, count: 1, stride: 1 },
] as const;

/**
 * MobileNetV2 without its pooling and classifier (Sandler et al., "MobileNetV2: Inverted Residuals and Linear
 * Bottlenecks", 2018). Variables have torchvision's names as fast.ai's body numbers them: `features` is child 0.
 */
export function mobileNetV2Body(prefix: string, spec: MobileNetV2Spec): Body {
  const { epsilon } = spec;
  const features = `${prefix}.0`;
  const parts: Module[] = [
    new Sequential([
      new Conv2d(`${features}.0.0`, { in: 3, out: 32, kernel: 3, stride: 2, padding: 1 }),
      new BatchNorm(`${features}.0.1`, { channels: 32, epsilon, relu6: true }),
    ]),
  ];
  let cin = 32;
  for (const { expand, channels, count, stride } of stages) {
    for (let i = 0; i < count; i++) {
      const name = `${features}.${parts.length}`;
      const options = { in: cin, out: channels, expand, stride: i === 0 ? stride : 1, epsilon };
      parts.push(invertedResidual(name, options));
      cin = channels;
    }
  }
  const last = 1280;
  parts.push(
    new Sequential([
      new Conv2d(`${features}.18.0`, { in: cin, out: last, kernel: 1 }),
      new BatchNorm(`${features}.18.1`, { channels: last, epsilon, relu6: true }),
    ]),
  );
  // fast.ai 1.0.61 cuts at features[10].
  return { net: new Sequential(parts), features: last, split: 10, spec };
}

interface InvertedResidualOptions {
  readonly in: number;
  readonly out: number;
  /** Channels of the depthwise convolution for each of the input's. */
  readonly expand: number;
  readonly stride: number;
  readonly epsilon: number;
}

/** A pointwise convolution that widens, a depthwise one, and a pointwise one that narrows and has no ReLU behind it. */
function invertedResidual(
  name: string,
  { in: cin, out, expand, stride, epsilon }: InvertedResidualOptions,
): Module {
  const wide = cin * expand;
  // What is numbered differently where nothing widens.
  const at = expand > 1 ? 1 : 0;
  const widen = () => [
    new Conv2d(`${name}.conv.0.0`, { in: cin, out: wide, kernel: 1 }),
    new BatchNorm(`${name}.conv.0.1`, { channels: wide, epsilon, relu6: true }),
  ];
  const main = new Sequential([
    ...(expand > 1 ? widen() : []),
    new DepthwiseConv2d(`${name}.conv.${at}.0`, { channels: wide, kernel: 3, stride, padding: 1 }),
    new BatchNorm(`${name}.conv.${at}.1`, { channels: wide, epsilon, relu6: true }),
    new Conv2d(`${name}.conv.${at + 1}`, { in: wide, out, kernel: 1 }),
    new BatchNorm(`${name}.conv.${at + 2}`, { channels: out, epsilon }),
  ]);
  return stride === 1 && cin === out ? new Residual(name, { main, relu: false }) : main;
}
