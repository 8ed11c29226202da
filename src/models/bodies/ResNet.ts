import { z } from "zod";
import type { Body } from "./Body.js";
import { defineBackbone } from "./defineBackbone.js";
import { BasicBlock } from "../layers/BasicBlock.js";
import { BatchNorm } from "../layers/BatchNorm.js";
import { Bottleneck } from "../layers/Bottleneck.js";
import { Conv2d } from "../layers/Conv2d.js";
import { MaxPool2d } from "../layers/MaxPool2d.js";
import type { Module } from "../layers/Module.js";
import { Sequential } from "../layers/Sequential.js";
import { Stage } from "../layers/Stage.js";

export interface ResNetOptions {
  /** "basic" in ResNet-18 and ResNet-34, "bottleneck" in the deeper ones. @default "bottleneck" */
  readonly block?: "basic" | "bottleneck";
  /** Blocks in each of the four layers; ResNet-50: 3, 4, 6, 3. */
  readonly blocks: readonly [number, number, number, number];
  /** Channels of the first layer's 3x3 convolutions. @default 64 */
  readonly width?: number;
  /** Where a bottleneck has its stride. */
  readonly strideIn: "conv1" | "conv2";
  /** Every batch norm adds it to the variance. */
  readonly epsilon: number;
}

export type ResNetSpec = Required<ResNetOptions> & { readonly kind: "resnet" };

/** torchvision's geometry: stride in the 3x3 convolution, epsilon 1e-5. */
const torchvision = { kind: "resnet", width: 64, strideIn: "conv2", epsilon: 1e-5 } as const;

/** torchvision's names of a ResNet's parts, by fast.ai's number. */
const parts: Readonly<Record<string, string>> = {
  "0": "conv1",
  "1": "bn1",
  "4": "layer1",
  "5": "layer2",
  "6": "layer3",
  "7": "layer4",
};

const count = (most: number) => z.number().int().min(1).max(most);
// Deeper and wider than any ResNet that there is.
const blocks = count(200);

/** The ResNets of He et al. */
export const resNets = defineBackbone<
  ResNetSpec,
  "resnet18" | "resnet34" | "resnet50" | "resnet101" | "resnet152"
>({
  kind: "resnet",
  nets: {
    resnet18: { ...torchvision, block: "basic", blocks: [2, 2, 2, 2] },
    resnet34: { ...torchvision, block: "basic", blocks: [3, 4, 6, 3] },
    resnet50: { ...torchvision, block: "bottleneck", blocks: [3, 4, 6, 3] },
    resnet101: { ...torchvision, block: "bottleneck", blocks: [3, 4, 23, 3] },
    resnet152: { ...torchvision, block: "bottleneck", blocks: [3, 8, 36, 3] },
  },
  build: resNetBody,
  schema: z.object({
    kind: z.literal("resnet"),
    block: z.enum(["basic", "bottleneck"]),
    blocks: z.tuple([blocks, blocks, blocks, blocks]),
    width: count(1024),
    strideIn: z.enum(["conv1", "conv2"]),
    epsilon: z.number().positive().max(1),
  }),
  geometry: {
    strideIn: (place) => `its strides in ${place}`,
    epsilon: (epsilon) => `epsilon ${epsilon} in its batch norms`,
  },
  leastValues: leastResNetValues,
  torchvisionName: (name) => name.replace(/^\d+/, (part) => parts[part] ?? part),
});

/**
 * ResNet without its pooling and classifier (He et al., "Deep Residual Learning for Image Recognition", 2015).
 * Variables have torchvision's names as fast.ai's body numbers them: 0 conv1, 1 bn1, 3 maxpool, 4 to 7 layer1 to
 * layer4, behind `prefix`.
 */
export function resNetBody(prefix: string, options: ResNetOptions): Body {
  const spec: ResNetSpec = { block: "bottleneck", width: 64, ...options, kind: "resnet" };
  const { blocks, width, strideIn, epsilon } = spec;
  const Block = spec.block === "basic" ? BasicBlock : Bottleneck;
  const layers: Module[] = [];
  let channels = width;
  blocks.forEach((count, i) => {
    const block = (j: number) => {
      const stride = j === 0 && i > 0 ? 2 : 1;
      const name = `${prefix}.${4 + i}.${j}`;
      const made = new Block(name, { in: channels, width: width << i, stride, strideIn, epsilon });
      channels = Block.expansion * (width << i);
      return made;
    };
    layers.push(
      new Stage(
        `${prefix}.${4 + i}`,
        Array.from({ length: count }, (_, j) => block(j)),
      ),
    );
  });
  const net = new Sequential([
    new Conv2d(`${prefix}.0`, { in: 3, out: width, kernel: 7, stride: 2, padding: 3 }),
    new BatchNorm(`${prefix}.1`, { channels: width, epsilon, relu: true }),
    new MaxPool2d({ size: [3, 3], stride: 2, padding: 1 }),
    ...layers,
  ]);
  // fast.ai cuts at layer3, which here, with the ReLU inside the batch norm, is child 5.
  return { net, features: channels, split: 5, spec };
}

/**
 * Weights of the 3x3 convolutions, which are the most: a bottleneck of any width has less than three times as many. In
 * a basic block the first one takes what the layer before gives, which from the second layer on is half as wide.
 */
function leastResNetValues({ block, blocks, width }: ResNetSpec): number {
  return blocks.reduce((sum, count, i) => {
    const convolutions = block === "bottleneck" ? count : 2 * count - (i === 0 ? 0 : 0.5);
    return sum + convolutions * 9 * (width << i) ** 2;
  }, 0);
}
