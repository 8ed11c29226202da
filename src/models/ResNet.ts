import { BatchNorm } from "./layers/BatchNorm.js";
import { Bottleneck, expansion } from "./layers/Bottleneck.js";
import { Conv2d } from "./layers/Conv2d.js";
import { MaxPool2d } from "./layers/MaxPool2d.js";
import type { Module } from "./layers/Module.js";
import { Sequential } from "./layers/Sequential.js";
import { Stage } from "./layers/Stage.js";

export interface ResNetOptions {
  /** Bottlenecks in each of the four layers; ResNet-50: 3, 4, 6, 3. */
  readonly blocks: readonly [number, number, number, number];
  /** Channels of the first layer's 3x3 convolutions; ResNet-50: 64. */
  readonly width?: number;
  readonly strideIn: "conv1" | "conv2";
  /** Of every batch norm. */
  readonly epsilon: number;
}

/** A net up to where the head begins, as fast.ai cuts it. */
export interface Body {
  /** x `[n, h, w, 3]`, normalised -> `[n, h / 32, w / 32, features]` */
  readonly net: Sequential;
  readonly features: number;
  /** Where fast.ai splits the body in two layer groups: the parts from this child on are the second. */
  readonly split: number;
  /** What the weights' shapes do not show: with another geometry the same weights compute something else. */
  readonly geometry: Pick<ResNetOptions, "strideIn" | "epsilon">;
}

/**
 * ResNet with bottlenecks, without its pooling and classifier (He et al., "Deep Residual Learning for Image
 * Recognition", 2015). Variables have torchvision's names as fast.ai's body numbers them: 0 conv1, 1 bn1,
 * 3 maxpool, 4 to 7 layer1 to layer4, behind `prefix`.
 */
export function resNetBody(prefix: string, { blocks, width = 64, strideIn, epsilon }: ResNetOptions): Body {
  const layers: Module[] = [];
  let channels = width;
  blocks.forEach((count, i) => {
    const block = (j: number) => {
      const stride = j === 0 && i > 0 ? 2 : 1;
      const name = `${prefix}.${4 + i}.${j}`;
      const made = new Bottleneck(name, { in: channels, width: width << i, stride, strideIn, epsilon });
      channels = expansion * (width << i);
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
  return { net, features: channels, split: 5, geometry: { strideIn, epsilon } };
}
