import path from "node:path";
import { cacheDir, projectRoot } from "../src/core/environment.js";
import { isDenoInstalled } from "../src/report/setupDeno.js";
import type { KernelName } from "../src/runs/kernels.js";
import { setupJupyter, venvPython } from "../src/report/setupJupyter.js";
import { subprocess } from "../src/core/subprocess.js";

/** How long a kernel takes until it can be worked with. */
export interface KernelSeconds {
  /** From starting the kernel to the answer of its first cell, `1 + 1`. */
  readonly seconds: number;
  /** To the answer of a cell that imports the project as the notebook does, TensorFlow with it. */
  readonly importSeconds: number;
}

export interface KernelResult extends KernelSeconds {
  /** The same on Deno's kernel, where that is installed. */
  readonly deno?: KernelSeconds;
}

/** The notebook's kernels, started as Jupyter starts them. */
export async function measureKernel(): Promise<KernelResult> {
  await setupJupyter((line) => {
    console.error(line);
  });
  const own = await startKernel("tslab");
  return isDenoInstalled() ? { ...own, deno: await startKernel("deno") } : own;
}

/** Starts a kernel that is installed, and ends it. */
export async function startKernel(kernel: KernelName): Promise<KernelSeconds> {
  const script = path.join(projectRoot, "bench", "kernel_start.py");
  const request = JSON.stringify({ project: projectRoot, cache: cacheDir, node: process.execPath, kernel });
  const printed = await subprocess(venvPython, [script, request], { remedy: "Run `npx xray doctor`." });
  return JSON.parse(printed) as KernelSeconds;
}
