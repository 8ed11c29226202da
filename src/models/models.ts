import { checkFields } from "../checkFields.js";
import { readSafetensors, type StoredTensor } from "../engine/safetensors.js";
import { UserError } from "../errors.js";
import type { modelNames } from "../presets.js";
import { type Body, type BodySpec, createBody } from "./Body.js";
import { installMobileNetV2, mobileNetV2Weights } from "./pretrained/installMobileNetV2.js";
import { resnet50Weights } from "./pretrained/installWeights.js";
import type { ResNetSpec } from "./ResNet.js";
import { geometry } from "./storedGeometry.js";
import { restore } from "./torchLayout.js";
import { torchvisionName } from "./torchvisionNames.js";

/** A net that `cnnLearner` can be built on. */
export interface Architecture {
  /** As it stands in checkpoints and messages. */
  readonly name: string;
  /**
   * The body, with pretrained weights or, for tests and comparisons, with zeros to be filled.
   * @param prefix of the variables' names
   */
  createBody(prefix: string, pretrained: boolean): Promise<Body>;
}

/** torchvision's geometry: stride in the 3x3 convolution, epsilon 1e-5. */
const resNet = (block: ResNetSpec["block"], ...blocks: ResNetSpec["blocks"]): ResNetSpec => ({
  ...{ kind: "resnet", block, blocks, width: 64, strideIn: "conv2", epsilon: 1e-5 },
});

/** The nets that weights of one's own can be given to. */
export type ArchitectureName =
  "resnet18" | "resnet34" | "resnet50" | "resnet101" | "resnet152" | "mobilenetV2";

const specs: Readonly<Record<ArchitectureName, BodySpec>> = {
  resnet18: resNet("basic", 2, 2, 2, 2),
  resnet34: resNet("basic", 3, 4, 6, 3),
  resnet50: resNet("bottleneck", 3, 4, 6, 3),
  resnet101: resNet("bottleneck", 3, 4, 23, 3),
  resnet152: resNet("bottleneck", 3, 8, 36, 3),
  mobilenetV2: { kind: "mobilenetV2", epsilon: 1e-5 },
};

/**
 * A net with ImageNet weights from a safetensors file of one's own: `cnnLearner(data, modelFrom("resnet34", file))`.
 * @param name such as "resnet18", "resnet34", "resnet101" or "mobilenetV2"
 * @param file in torchvision's names, which for ResNets are timm's too. The geometry is torchvision's unless the
 * file's metadata say else (`strideIn`, `epsilon`).
 * @throws UserError when there is no such net; `createBody` throws one when the file is missing, broken or another net's
 */
export function modelFrom(name: ArchitectureName, file: string): Architecture {
  if (!Object.hasOwn(specs, name)) {
    throw new UserError(
      `There is no net ${JSON.stringify(name)}.`,
      `Choose one of: ${Object.keys(specs).join(", ")}.`,
    );
  }
  return {
    name,
    async createBody(prefix, pretrained) {
      if (!pretrained) return createBody(prefix, specs[name]);
      const { tensors, metadata } = await readSafetensors(file);
      const body = createBody(prefix, withGeometry(specs[name], metadata, file));
      try {
        loadBody(body, prefix, tensors, `${file} (for ${name})`);
      } catch (error) {
        body.net.dispose();
        throw error;
      }
      return body;
    },
  };
}

/** The spec with what a file's metadata say of it. */
function withGeometry(spec: BodySpec, metadata: Readonly<Record<string, string>>, file: string): BodySpec {
  const remedy =
    "Name a file whose metadata say nothing of strideIn and epsilon, or what is true of its net.";
  const { epsilon = spec.epsilon, strideIn } = checkFields(geometry, metadata, { file, remedy });
  return spec.kind === "resnet" && strideIn !== undefined
    ? { ...spec, epsilon, strideIn }
    : { ...spec, epsilon };
}

function loadBody(
  body: Body,
  prefix: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  file: string,
): void {
  for (const variable of body.net.state()) {
    const name = torchvisionName(body.spec.kind, variable.name.slice(prefix.length + 1));
    const stored = tensors.get(name);
    if (!stored) {
      throw new UserError(
        `${file} has no ${name}.`,
        "Name a file of the same architecture in torchvision's or timm's names.",
      );
    }
    restore(variable, stored, file);
  }
}

/** The nets whose weights the program fetches itself, as fast.ai's `models`. */
export const models: {
  /** The article's net; `xray setup` fetches its weights (94 MB). */
  readonly resnet50: Architecture;
  /** The light one for slow machines: its weights (13 MB) are fetched at the first use. */
  readonly mobilenetV2: Architecture;
} = {
  resnet50: modelFrom("resnet50", resnet50Weights),
  mobilenetV2: {
    name: "mobilenetV2",
    async createBody(prefix, pretrained) {
      if (pretrained) await installMobileNetV2();
      return modelFrom("mobilenetV2", mobileNetV2Weights).createBody(prefix, pretrained);
    },
  },
} satisfies Record<(typeof modelNames)[number], Architecture>;
