import { z } from "zod";
import { imagenetStats } from "../../core/imagenetStats.js";
import type { Body } from "./Body.js";
import { defineBackbone } from "./defineBackbone.js";
import { BatchNorm } from "../layers/BatchNorm.js";
import { Conv2d } from "../layers/Conv2d.js";
import { DepthwiseConv2d } from "../layers/DepthwiseConv2d.js";
import type { Module } from "../layers/Module.js";
import { Rescale } from "../layers/Rescale.js";
import { Residual } from "../layers/Residual.js";
import { Sequential } from "../layers/Sequential.js";

export interface EfficientNetLite0Spec {
  readonly kind: "efficientNetLite0";
  /** Every batch norm adds it to the variance. */
  readonly epsilon: number;
}

/** EfficientNet without squeeze-and-excitation, and with ReLU6 in place of swish. */
export const efficientNetLites = defineBackbone({
  kind: "efficientNetLite0",
  // TensorFlow's geometry.
  nets: { efficientNetLite0: { kind: "efficientNetLite0", epsilon: 1e-3 } },
  build: efficientNetLite0Body,
  schema: z.object({ kind: z.literal("efficientNetLite0"), epsilon: z.number().positive().max(1) }),
  geometry: { epsilon: (epsilon) => `epsilon ${epsilon} in its batch norms` },
  torchvisionName: (name) => name.replace(/^0\./, ""),
});

/** The paper's table 1: the depthwise kernel, how much wider a block is inside, its channels, how many, the first one's stride. */
const stages = [
  { kernel: 3, expand: 1, channels: 16, count: 1, stride: 1 },
  { kernel: 3, expand: 6, channels: 24, count: 2, stride: 2 },
  { kernel: 5, expand: 6, channels: 40, count: 2, stride: 2 },
  { kernel: 3, expand: 6, channels: 80, count: 3, stride: 2 },
  { kernel: 5, expand: 6, channels: 112, count: 3, stride: 1 },
  { kernel: 5, expand: 6, channels: 192, count: 4, stride: 2 },
  { kernel: 3, expand: 6, channels: 320, count: 1, stride: 1 },
] as const;

/**
 * EfficientNet-Lite0 without its pooling and classifier (Tan and Le, "EfficientNet: Rethinking Model Scaling for
 * Convolutional Neural Networks", 2019; the variant of TensorFlow's model garden, 2020). Variables have the names of
 * `efficientnet_lite_pytorch`. Its stochastic depth is left out, and running statistics follow the batches as fast as
 * PyTorch's default lets them: TensorFlow's hundredth of a batch would keep ImageNet's through a short training.
 */
export function efficientNetLite0Body(prefix: string, spec: EfficientNetLite0Spec): Body {
  const { epsilon } = spec;
  const features = `${prefix}.0`;
  const first = 32;
  const parts: Module[] = [
    new Sequential([
      ownNormalisation(),
      new Conv2d(`${features}._conv_stem`, { in: 3, out: first, kernel: 3, ...window(3, 2) }),
      new BatchNorm(`${features}._bn0`, { channels: first, epsilon, relu6: true }),
    ]),
  ];
  let cin: number = first;
  for (const { kernel, expand, channels, count, stride } of stages) {
    for (let i = 0; i < count; i++) {
      const name = `${features}._blocks.${parts.length - 1}`;
      const own = { in: cin, out: channels, kernel, expand, stride: i === 0 ? stride : 1, epsilon };
      parts.push(block(name, own));
      cin = channels;
    }
  }
  const last = 1280;
  parts.push(
    new Sequential([
      new Conv2d(`${features}._conv_head`, { in: cin, out: last, kernel: 1 }),
      new BatchNorm(`${features}._bn1`, { channels: last, epsilon, relu6: true }),
    ]),
  );
  // Where its images have a sixteenth of the side, as fast.ai cuts MobileNetV2.
  return { net: new Sequential(parts), features: last, split: 9, spec };
}

interface BlockOptions {
  readonly in: number;
  readonly out: number;
  /** Side of the depthwise convolution's kernel. */
  readonly kernel: number;
  /** Channels of the depthwise convolution for each of the input's. */
  readonly expand: number;
  readonly stride: number;
  readonly epsilon: number;
}

/** A pointwise convolution that widens, a depthwise one, and a pointwise one that narrows and has no ReLU behind it. */
function block(name: string, { in: cin, out, kernel, expand, stride, epsilon }: BlockOptions): Module {
  const wide = cin * expand;
  const widen = () => [
    new Conv2d(`${name}._expand_conv`, { in: cin, out: wide, kernel: 1 }),
    new BatchNorm(`${name}._bn0`, { channels: wide, epsilon, relu6: true }),
  ];
  const main = new Sequential([
    ...(expand > 1 ? widen() : []),
    new DepthwiseConv2d(`${name}._depthwise_conv`, { channels: wide, kernel, ...window(kernel, stride) }),
    new BatchNorm(`${name}._bn1`, { channels: wide, epsilon, relu6: true }),
    new Conv2d(`${name}._project_conv`, { in: wide, out, kernel: 1 }),
    new BatchNorm(`${name}._bn2`, { channels: out, epsilon }),
  ]);
  return stride === 1 && cin === out ? new Residual(name, { main, relu: false }) : main;
}

/** Makes images as the weights were trained on of those that `imagenetStats` normalises, as every net here takes them. */
function ownNormalisation(): Rescale {
  const { mean, std } = imagenetStats;
  // Pixels of 0..255 less 127, divided by 128.
  return new Rescale(
    std.map((deviation) => (255 * deviation) / 128),
    mean.map((each) => (255 * each - 127) / 128),
  );
}

/** TensorFlow's padding "SAME" of an image with an even side: with a stride there is more behind than before. */
function window(
  kernel: number,
  stride: number,
): Pick<ConstructorParameters<typeof Conv2d>[1], "stride" | "padding"> {
  const all = kernel - stride;
  return { stride, padding: stride === 1 ? all / 2 : [Math.floor(all / 2), Math.ceil(all / 2)] };
}
