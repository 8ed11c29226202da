import { readSafetensors, type StoredTensor } from "../engine/safetensors.js";
import { UserError } from "../errors.js";
import type { modelNames } from "../presets.js";
import { resnet50Weights } from "./pretrained/installWeights.js";
import { type Body, resNetBody, type ResNetOptions } from "./ResNet.js";
import { restore } from "./torchLayout.js";

/** A net that `cnnLearner` can be built on. */
export interface Architecture {
  readonly name: string;
  /**
   * The body, with pretrained weights or, for tests and comparisons, with zeros to be filled.
   * @param prefix of the variables' names
   */
  createBody(prefix: string, pretrained: boolean): Promise<Body>;
}

/**
 * ResNet-50 with ImageNet weights. `file` may be any safetensors file in torchvision's or timm's names; the
 * geometry is torchvision's (stride in the 3x3 convolution, epsilon 1e-5) unless the file's metadata say else.
 */
export function resnet50From(file: string): Architecture {
  return resNetFrom("resnet50", [3, 4, 6, 3], file);
}

function resNetFrom(name: string, blocks: ResNetOptions["blocks"], file: string): Architecture {
  return {
    name,
    async createBody(prefix, pretrained) {
      if (!pretrained) return resNetBody(prefix, { blocks, strideIn: "conv2", epsilon: 1e-5 });
      const { tensors, metadata } = await readSafetensors(file);
      const body = resNetBody(prefix, {
        blocks,
        strideIn: metadata.strideIn === "conv1" ? "conv1" : "conv2",
        epsilon: Number(metadata.epsilon ?? 1e-5),
      });
      loadBody(body, prefix, tensors, file);
      return body;
    },
  };
}

/** torchvision's names of a ResNet's parts, by fast.ai's number. */
const torchvisionParts: Readonly<Record<string, string>> = {
  "0": "conv1",
  "1": "bn1",
  "4": "layer1",
  "5": "layer2",
  "6": "layer3",
  "7": "layer4",
};

function loadBody(
  body: Body,
  prefix: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  file: string,
): void {
  for (const variable of body.net.state()) {
    const [part = "", ...rest] = variable.name.slice(prefix.length + 1).split(".");
    const name = [torchvisionParts[part], ...rest].join(".");
    const stored = tensors.get(name);
    if (!stored) {
      throw new UserError(
        `${file} has no ${name}.`,
        "Name a ResNet-50 file in torchvision's or timm's names.",
      );
    }
    restore(variable, stored, file);
  }
}

/** The nets by name, as fast.ai's `models`. */
export const models = {
  resnet50: resnet50From(resnet50Weights),
} satisfies Record<(typeof modelNames)[number], Architecture>;
