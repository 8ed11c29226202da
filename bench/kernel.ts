import path from "node:path";
import { projectRoot } from "../src/core/environment.js";
import { setupJupyter, venvPython } from "../src/report/setupJupyter.js";
import { subprocess } from "../src/core/subprocess.js";

export interface KernelResult {
  /** From starting the kernel to the answer of its first cell, `1 + 1`. */
  readonly seconds: number;
  /** To the answer of a cell that imports the project as the notebook does, TensorFlow with it. */
  readonly importSeconds: number;
}

/** The notebook's kernel, started as Jupyter starts it. */
export async function measureKernel(): Promise<KernelResult> {
  await setupJupyter((line) => {
    console.error(line);
  });
  const script = path.join(projectRoot, "bench", "kernel_start.py");
  const printed = await subprocess(venvPython, [script, projectRoot], { remedy: "Run `npx xray doctor`." });
  return JSON.parse(printed) as KernelResult;
}
