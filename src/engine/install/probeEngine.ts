import path from "node:path";
import { packageRoot } from "../../core/environment.js";
import { subprocess } from "../../core/subprocess.js";
import { installedEngine } from "./variant.js";

/** What the installed engine says of itself. */
export interface EngineReport {
  /** libtensorflow's version. */
  readonly libtensorflow: string;
  /** Whether it computes on a GPU here and now: a GPU engine without a usable card computes on the CPU. */
  readonly usesGpu: boolean;
}

/**
 * Loads the engine and multiplies two matrices, in a process of its own: a library cannot be unloaded from this one,
 * and one that crashes takes its process with it. About 1 s.
 * @throws UserError when it is not installed, does not load, crashes or computes wrongly
 */
export async function probeEngine(): Promise<EngineReport> {
  const [tensorflow, binding] = ["tensorflow.js", "operations/binding.js"].map((file) =>
    JSON.stringify(path.join(packageRoot, "dist", "src", "engine", file)),
  );
  const script = `
    try {
      const { tf } = require(${tensorflow});
      if (tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0] !== 11) throw new Error("1*3 + 2*4 is not 11 here.");
      const { libtensorflowVersion, usesGpu } = require(${binding});
      console.log(JSON.stringify({ libtensorflow: libtensorflowVersion(), usesGpu: usesGpu() }));
    } catch (error) {
      console.error(error.message);
      process.exitCode = 1;
    }`;
  const printed = await subprocess(process.execPath, ["-e", script], {
    shown: "the engine",
    remedy: "Run `npx xray setup --repair`, which makes the engine anew; `npx xray doctor` tells more.",
  });
  return JSON.parse(printed.trimEnd().split("\n").at(-1) ?? "") as EngineReport;
}

/**
 * Whether the installed engine computes on a GPU. The CPU's engine is known by its files; every other is asked.
 * Where TensorFlow is loaded in this process, `usesGpu()` of `binding.ts` says the same.
 * @throws UserError when there is no engine that works
 */
export async function computesOnGpu(): Promise<boolean> {
  return installedEngine() !== "cpu" && (await probeEngine()).usesGpu;
}
