import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { packageRoot } from "../core/environment.js";
import type { KernelName } from "../runs/kernels.js";

const files: Readonly<Record<KernelName, string>> = {
  tslab: path.join(packageRoot, "jupyter", "kernels", "tslab", "kernel.json"),
  deno: path.join(packageRoot, "jupyter", "deno", "kernels", "deno", "kernel.json"),
};
const schema = z.object({ display_name: z.string(), language: z.string() });

/** What a notebook's metadata say of its kernel, as JupyterLab writes it. */
export const kernelSpec = (kernel: KernelName) => ({
  ...schema.parse(JSON.parse(readFileSync(files[kernel], "utf8"))),
  name: kernel,
});
