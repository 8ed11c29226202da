import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { cacheDir, projectRoot } from "../../environment.js";
import { subprocess } from "../../subprocess.js";
import { hasNvidiaDriver } from "../gpu.js";
import { compileBinding, linkBinding } from "./compileBinding.js";
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
  /** `gpu` takes the CUDA libraries; default: `gpu` where an NVIDIA driver is loaded, else `cpu`. */
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
  const wanted = variant ?? (hasNvidiaDriver() ? "gpu" : "cpu");
  const present = installedEngine();
  if (present === wanted && (await isCurrent(wanted))) return;
  if (present === "own" && variant === undefined && (await works())) return;

  // After a new `npm ci` only the link is gone.
  if (!(await isCurrent(wanted))) {
    await rm(stampPath(wanted), { force: true });
    await fetchLibraries(wanted, log);
    log("engine: compiling tfjs-node's binding (about 12 s)");
    await compileBinding(wanted);
  }
  await linkBinding(wanted);
  await smokeTest();
  const stamp: EngineStamp = { tensorflow: tensorflowVersion, variant: wanted, tfjs: tfjsVersion() };
  await writeFile(stampPath(wanted), JSON.stringify(stamp));
}

/** Whether the variant was installed to its end, for the present tfjs-node package. */
async function isCurrent(variant: EngineVariant): Promise<boolean> {
  if (!existsSync(stampPath(variant))) return false;
  try {
    const stamp = JSON.parse(await readFile(stampPath(variant), "utf8")) as EngineStamp;
    return stamp.tfjs === tfjsVersion();
  } catch {
    // Cut short by a full disk, say: as good as none.
    return false;
  }
}

/** Loads the engine in another process, since a library cannot be unloaded from this one. */
async function smokeTest(): Promise<void> {
  const engine = path.join(projectRoot, "dist", "src", "engine", "tensorflow.js");
  const script = `const { tf } = require(${JSON.stringify(engine)});
    if (tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0] !== 11) throw new Error("1*3 + 2*4 is not 11 here");`;
  await subprocess(process.execPath, ["-e", script], {
    remedy: "Run `npx xray setup --repair`, which makes the engine anew; `npx xray doctor` tells more.",
  });
}

async function works(): Promise<boolean> {
  try {
    await smokeTest();
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
