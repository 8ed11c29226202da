import { existsSync, lstatSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { cacheDir, projectRoot } from "../../core/environment.js";

/** The release whose shared libraries are put under tfjs-node. One binding runs on 2.12 to 2.21. */
export const tensorflowVersion = "2.21.0";

/** The CPU wheel, or the one that can use CUDA 12 (compute capability 6.0 to 9.0) and falls back to the CPU. */
export type EngineVariant = "cpu" | "gpu";

/**
 * The package the binding belongs to, where Node finds it: in a project that has this one as a dependency, npm lays
 * both side by side. Its JavaScript equals `@tensorflow/tfjs-node`'s.
 */
export const packageDir = findPackage();

/** Where tfjs-node looks for its native binding. */
export const bindingPath = path.join(packageDir, "lib", "napi-v8", "tfjs_binding.node");

/** What takes standard error while libtensorflow is loaded; it lies beside the binding. */
export const stderrBindingName = "stderr.node";

function findPackage(): string {
  try {
    return path.dirname(require.resolve("@tensorflow/tfjs-node-gpu/package.json"));
  } catch {
    return path.join(projectRoot, "node_modules", "@tensorflow", "tfjs-node-gpu");
  }
}

/** The folder of one variant: `tensorflow/` with libraries and headers, `nvidia/` beside it for `gpu`. */
export const variantDir = (variant: EngineVariant): string =>
  path.join(cacheDir, "engine", `tensorflow-${variant}-${tensorflowVersion}`);

/** What a finished installation leaves in its folder. */
export interface EngineStamp {
  readonly tensorflow: string;
  readonly variant: EngineVariant;
  /** A change of the tfjs-node package asks for a new compilation. */
  readonly tfjs: string;
  /** So does another version of what is compiled with it; undefined in a stamp of an earlier version. */
  readonly binding?: number;
}

/** Where that is written: the last thing an installation does. */
export const stampPath = (variant: EngineVariant): string => path.join(variantDir(variant), "installed.json");

/**
 * The engine that will be loaded: one of ours, tfjs-node's own download (`own`), or none.
 * Looks at files only; costs under a millisecond.
 */
export function installedEngine(): EngineVariant | "own" | undefined {
  if (!existsSync(bindingPath)) return undefined;
  if (!lstatSync(bindingPath).isSymbolicLink()) return "own";
  const folder = path.dirname(path.dirname(realpathSync(bindingPath)));
  // Both without links: the cache may lie on another disk.
  return (["cpu", "gpu"] as const).find(
    (variant) => existsSync(stampPath(variant)) && folder === realpathSync(variantDir(variant)),
  );
}

/** The version of the installed tfjs-node package. */
export function tfjsVersion(): string {
  const manifest = JSON.parse(readFileSync(path.join(packageDir, "package.json"), "utf8")) as {
    version: string;
  };
  return manifest.version;
}
