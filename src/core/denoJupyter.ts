/** What Deno's kernel offers to the cells that it runs. */
export interface DenoJupyter {
  /** Sends a message of the Jupyter protocol as one of the running cell. */
  broadcast(type: string, content: Readonly<Record<string, unknown>>): void;
}

/** Deno's kernel, if this process is one. */
export function denoJupyter(): DenoJupyter | undefined {
  const { Deno: deno } = globalThis as { Deno?: { readonly jupyter: DenoJupyter } };
  try {
    return deno?.jupyter;
  } catch {
    // Deno outside of a notebook.
    return undefined;
  }
}
