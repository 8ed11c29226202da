import { z } from "zod";
import type { Body } from "./Body.js";
import { defineBackbone } from "./defineBackbone.js";
import { AvgPool2d } from "../layers/AvgPool2d.js";
import { BatchNorm } from "../layers/BatchNorm.js";
import { Conv2d } from "../layers/Conv2d.js";
import { DenseLayer } from "../layers/DenseLayer.js";
import { MaxPool2d } from "../layers/MaxPool2d.js";
import type { Module } from "../layers/Module.js";
import { Sequential } from "../layers/Sequential.js";
import { Stage } from "../layers/Stage.js";

export interface DenseNetSpec {
  readonly kind: "densenet";
  /** Layers in each of the four blocks; DenseNet-121: 6, 12, 24, 16. */
  readonly blocks: readonly [number, number, number, number];
  /** Channels that each layer adds. */
  readonly growth: number;
  /** Channels of the first convolution. */
  readonly width: number;
  /** Every batch norm adds it to the variance. */
  readonly epsilon: number;
}

/** torchvision's geometry. */
const torchvision = { kind: "densenet", growth: 32, width: 64, epsilon: 1e-5 } as const;

const count = (most: number) => z.number().int().min(1).max(most);
// Deeper and wider than any DenseNet that there is.
const blocks = count(200);

/** The DenseNets of Huang et al.; DenseNet-121 is the net of CheXNet and of torchxrayvision. */
export const denseNets = defineBackbone<
  DenseNetSpec,
  "densenet121" | "densenet161" | "densenet169" | "densenet201"
>({
  kind: "densenet",
  nets: {
    densenet121: { ...torchvision, blocks: [6, 12, 24, 16] },
    densenet161: { ...torchvision, blocks: [6, 12, 36, 24], growth: 48, width: 96 },
    densenet169: { ...torchvision, blocks: [6, 12, 32, 32] },
    densenet201: { ...torchvision, blocks: [6, 12, 48, 32] },
  },
  build: denseNetBody,
  schema: z.object({
    kind: z.literal("densenet"),
    blocks: z.tuple([blocks, blocks, blocks, blocks]),
    growth: count(512),
    width: count(1024),
    epsilon: z.number().positive().max(1),
  }),
  geometry: { epsilon: (epsilon) => `epsilon ${epsilon} in its batch norms` },
  leastValues: leastDenseNetValues,
  torchvisionName: (name) => name.replace(/^0\./, "features."),
  // What torchvision's weight files have, and its nets have not any more.
  olderName: (name) => name.replace(/(denselayer\d+\.(?:norm|conv))(\d)/, "$1.$2"),
});

/**
 * DenseNet without its pooling and classifier (Huang et al., "Densely Connected Convolutional Networks", 2017), as
 * fast.ai cuts it: torchvision's ReLU behind the last batch norm is not part of it. Variables have torchvision's names as
 * fast.ai's body numbers them: `features` is child 0.
 */
export function denseNetBody(prefix: string, spec: DenseNetSpec): Body {
  const { growth, width, epsilon } = spec;
  const features = `${prefix}.0`;
  const parts: Module[] = [
    new Conv2d(`${features}.conv0`, { in: 3, out: width, kernel: 7, stride: 2, padding: 3 }),
    new BatchNorm(`${features}.norm0`, { channels: width, epsilon, relu: true }),
    new MaxPool2d({ size: [3, 3], stride: 2, padding: 1 }),
  ];
  let channels = width;
  spec.blocks.forEach((layers, i) => {
    const block = `${features}.denseblock${i + 1}`;
    const made = Array.from({ length: layers }, (_, k) => {
      const layer = new DenseLayer(`${block}.denselayer${k + 1}`, { in: channels, growth, epsilon });
      channels += growth;
      return layer;
    });
    parts.push(new Stage(block, made));
    if (i === spec.blocks.length - 1) return;
    const half = Math.floor(channels / 2);
    parts.push(transition(`${features}.transition${i + 1}`, { in: channels, out: half, epsilon }));
    channels = half;
  });
  parts.push(new BatchNorm(`${features}.norm5`, { channels, epsilon }));
  // fast.ai cuts at transition2, which here, with the ReLU inside the batch norm, is child 6.
  return { net: new Sequential(parts), features: channels, split: 6, spec };
}

/** Half the channels, and half of each side. */
const transition = (
  name: string,
  { in: cin, out, epsilon }: { readonly in: number; readonly out: number; readonly epsilon: number },
): Module =>
  new Sequential([
    new BatchNorm(`${name}.norm`, { channels: cin, epsilon, relu: true }),
    new Conv2d(`${name}.conv`, { in: cin, out, kernel: 1 }),
    new AvgPool2d(2),
  ]);

/** Weights of the 3x3 convolutions: each takes four times the channels that it adds. */
function leastDenseNetValues({ blocks, growth }: DenseNetSpec): number {
  return blocks.reduce((sum, layers) => sum + layers * 9 * 4 * growth ** 2, 0);
}
