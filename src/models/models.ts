import path from "node:path";
import { valueAt } from "../core/valueAt.js";
import type { Variable } from "../engine/Variable.js";
import type { StoredTensor } from "../engine/safetensors.js";
import { UserError } from "../core/errors.js";
import type { Architecture } from "./bodies/Architecture.js";
import { type ArchitectureName, architectures, backboneOf, netNamed } from "./bodies/backbones.js";
import type { Body, BodyWeights } from "./bodies/Body.js";
import { withGeometry } from "./bodies/geometry.js";
import { pretrained, type PretrainedWeights } from "./weights/pretrained.js";
import { readWeights } from "./weights/readWeights.js";
import { fromTorch } from "./weights/torchLayout.js";
import { requireFiniteWeights } from "./requireFiniteWeights.js";

/**
 * A net with weights from a file of one's own: `cnnLearner(data, modelFrom("resnet34", file))`.
 * @param name such as "resnet18", "resnet34", "resnet101" or "mobilenetV2", or of a net of `defineBackbone`
 * @param file a safetensors file, or what `torch.save(model.state_dict(), file)` wrote, in torchvision's names, which
 * for ResNets are timm's too. Weights for images of one channel, such as torchxrayvision's, are spread over the three; that
 * net's images go from -1024 to 1024, which `normalize({ mean: [0.5, 0.5, 0.5], std: [1 / 2048, 1 / 2048, 1 / 2048] })` makes
 * of them. The geometry is torchvision's unless the metadata of a safetensors file say else
 * (`strideIn`, `epsilon`).
 * @throws UserError when there is no such net; `createBody` throws one when the file is missing, broken or another net's
 */
export function modelFrom(
  name: ArchitectureName | (string & NonNullable<unknown>),
  file: string,
): Architecture {
  const { backbone, spec } = netNamed(name);
  return {
    name,
    async createBody(prefix, pretrained) {
      if (!pretrained) return backbone.build(prefix, spec);
      const { tensors, metadata } = await readWeights(file);
      const remedy =
        "Name a file whose metadata say nothing of the net's geometry, or what is true of its net.";
      const body = backbone.build(prefix, withGeometry(spec, metadata, { file, remedy }));
      try {
        loadBody(body, prefix, tensors, `${file} (for ${name})`);
      } catch (error) {
        body.net.dispose();
        throw error;
      }
      const weights: BodyWeights = { source: metadata.source ?? path.basename(file), pretrained: true };
      return Object.assign(body, { weights });
    },
  };
}

function loadBody(
  body: Body,
  prefix: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  file: string,
): void {
  const backbone = backboneOf(body.spec.kind);
  for (const variable of body.net.state()) {
    const own = variable.name.slice(prefix.length + 1);
    const name = backbone.torchvisionName?.(own) ?? own;
    const stored = tensors.get(name) ?? tensors.get(backbone.olderName?.(name) ?? name);
    if (!stored) {
      throw new UserError(
        `${file} has no ${name}.`,
        "Name a file of the same architecture in torchvision's or timm's names.",
      );
    }
    requireFiniteWeights([stored], file, "Name a file of sound weights.");
    fromTorch(variable, ofThreeChannels(variable, stored, file), file);
  }
}

/**
 * The first convolution's weights for images of three channels. Those for one channel are spread evenly: of a grey image,
 * which has the same in all three, the net then computes what it did of the one.
 * @throws UserError when they are for images of any other number of channels
 */
function ofThreeChannels({ shape }: Variable, stored: StoredTensor, file: string): StoredTensor {
  const [out = 1, channels = 1, ...window] = stored.shape;
  if (shape.length !== 4 || shape[2] !== 3 || channels === 3) return stored;
  if (channels !== 1) {
    throw new UserError(
      `${file}: ${stored.name} takes images of ${channels} channels.`,
      "Name a file of weights for images of 3 channels, or of one.",
    );
  }
  const size = stored.values.length / out;
  const values = Float32Array.from({ length: 3 * stored.values.length }, (_, k) => {
    return valueAt(stored.values, Math.floor(k / (3 * size)) * size + (k % size)) / 3;
  });
  return { name: stored.name, shape: [out, 3, ...window], values };
}

/** The nets whose weights the program fetches itself. */
const fetched = Object.fromEntries(
  Object.entries<PretrainedWeights>(pretrained).map(([name, { file, install }]) => {
    const net = modelFrom(name, file);
    const architecture: Architecture = {
      name,
      async createBody(prefix, pretrained) {
        if (pretrained) await install?.();
        return net.createBody(prefix, pretrained);
      },
    };
    return [name, architecture];
  }),
);

/**
 * The package's nets, as fast.ai's `models`. The program fetches the ImageNet weights of three: `resnet50` is the
 * article's net, and `xray setup` fetches its weights (94 MB); `mobilenetV2` and `efficientNetLite0` are the light ones for
 * slow machines, and their weights (13 and 17 MB) are fetched at the first use. The others train from the first layer on, with `pretrained: false`, or
 * take the weights of a file ({@link modelFrom}).
 */
export const models: Readonly<Record<ArchitectureName, Architecture>> = { ...architectures, ...fetched };
