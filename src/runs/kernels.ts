/** What runs a notebook's cells: tslab, and Deno's own kernel. */
export const kernelNames = ["tslab", "deno"] as const;

export type KernelName = (typeof kernelNames)[number];

export const defaultKernel: KernelName = "tslab";

/** The kernel that a notebook names in its metadata; the default one for any other. */
export const kernelNamedIn = (name: string | undefined): KernelName =>
  kernelNames.find((one) => one === name) ?? defaultKernel;
