import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { cacheDir } from "../../core/environment.js";
import { hasNvidiaDriver } from "./hasNvidiaDriver.js";
import { probeEngine } from "./probeEngine.js";
import { chooseVariant, rememberedVariant, rememberVariant } from "./chooseVariant.js";
import { bindingVersion, compileBinding, linkBinding } from "./compileBinding.js";
import { fetchTfjs } from "./fetchTfjs.js";
import { fetchLibraries } from "./fetchLibraries.js";
import {
  bindingPath,
  type EngineStamp,
  type EngineVariant,
  installedEngine,
  stampPath,
  tensorflowVersion,
  tfjsVersion,
} from "./variant.js";

export interface InstallEngineOptions {
  /** `gpu` takes the CUDA libraries; the choice lasts for later calls. Default: see `chooseVariant`. */
  readonly variant?: EngineVariant;
  /** A line of progress for each step. */
  readonly log: (line: string) => void;
}

/**
 * Makes sure that tfjs-node has a libtensorflow that loads. Where tfjs-node's own download has worked, that one
 * stays. A second call costs under a millisecond.
 * @throws UserError naming the missing tool and its remedy
 */
export async function installEngine({ variant, log }: InstallEngineOptions): Promise<void> {
  await fetchTfjs(log);
  const present = installedEngine();
  if (present === "own" && variant === undefined && (await works())) return;
  const asked = variant ?? rememberedVariant();
  const wanted = chooseVariant({ asked, present, driver: hasNvidiaDriver() });
  if (present !== wanted || !(await isCurrent(wanted))) await install(wanted, log);
  if (variant !== undefined) await rememberVariant(variant);
}

async function install(variant: EngineVariant, log: (line: string) => void): Promise<void> {
  // After a new `npm ci` only the link is gone.
  if (!(await isCurrent(variant))) {
    await rm(stampPath(variant), { force: true });
    await fetchLibraries(variant, log);
    log("engine: compiling tfjs-node's binding (about 12 s)");
    await compileBinding(variant);
  }
  await linkBinding(variant);
  // A library that does not work is told now, not in the middle of a notebook.
  await probeEngine();
  const stamp: EngineStamp = {
    tensorflow: tensorflowVersion,
    variant,
    tfjs: tfjsVersion(),
    binding: bindingVersion,
  };
  await writeFile(stampPath(variant), JSON.stringify(stamp));
}

/** Whether the variant was installed to its end, for the present tfjs-node package. */
async function isCurrent(variant: EngineVariant): Promise<boolean> {
  if (!existsSync(stampPath(variant))) return false;
  try {
    const stamp = JSON.parse(await readFile(stampPath(variant), "utf8")) as EngineStamp;
    return stamp.tfjs === tfjsVersion() && stamp.binding === bindingVersion;
  } catch {
    // Cut short by a full disk, say: as good as none.
    return false;
  }
}

async function works(): Promise<boolean> {
  try {
    await probeEngine();
    return true;
  } catch {
    return false;
  }
}

/** Forgets what was installed, so that the next set-up makes all of it anew. */
export async function forgetEngine(): Promise<void> {
  await rm(path.join(cacheDir, "engine"), { recursive: true, force: true });
  await rm(bindingPath, { force: true });
}
