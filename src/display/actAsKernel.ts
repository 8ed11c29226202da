import type { DenoJupyter } from "../core/denoJupyter.js";
import { kernelVariables } from "../core/environment.js";
import { isWorkInterruptible, requestInterrupt } from "../core/interrupt.js";
import { settleDisplays } from "./pendingDisplays.js";

/** How long a fit may take, after it was asked to stop, to end its step and to write its state. */
const graceMs = 60_000;
/** How long the rest of its cell may take. */
const cellMs = 500;
/** How long outputs take to get ahead of the word that their cell has ended. */
const outputsMs = 50;
const everyMs = 50;
const parentMs = 1000;

/**
 * Lets this process answer as the project's own kernel does: an interrupt stops long work within a step, and ends the kernel
 * never; asked to end, or alone because whoever started it is gone, it stops that work first. What is written to the standard
 * streams is shown, and a figure that its cell did not wait for still belongs to it. Says what is wrong with sources that could not be built.
 */
export function actAsKernel(kernel: DenoJupyter): void {
  showStreams(kernel);
  settleCells();
  process.on("SIGINT", requestInterrupt);
  process.once("SIGTERM", () => void leave(143));
  process.once("SIGHUP", () => void leave(129));
  const { parent, warning } = kernelVariables();
  if (parent !== undefined) followParent(parent);
  if (warning !== undefined) console.error(warning);
}

/** Deno shows what the console says; what is written to a stream comes nowhere. */
function showStreams(kernel: DenoJupyter): void {
  const decoder = new TextDecoder();
  for (const name of ["stdout", "stderr"] as const) {
    process[name].write = (chunk: Uint8Array | string, ...rest: unknown[]) => {
      const text = typeof chunk === "string" ? chunk : decoder.decode(chunk);
      kernel.broadcast("stream", { name, text });
      const done = rest.at(-1);
      if (typeof done === "function") queueMicrotask(done as () => void);
      return true;
    };
  }
}

/**
 * Deno sends outputs beside the word that their cell has ended, which may overtake them: a page would show them below the next
 * cell, and a run without a person not at all. What Deno calls with a cell's value is the last chance to wait.
 */
function settleCells(): void {
  const { Deno: deno } = globalThis as unknown as {
    Deno: { readonly internal: symbol } & Record<symbol, { jupyter?: Partial<CellEnd> } | undefined>;
  };
  const cells = deno[deno.internal]?.jupyter;
  const show = cells?.broadcastResult;
  // It is Deno's own affair, and may be called otherwise in another version.
  if (!cells || !show) return;
  cells.broadcastResult = async (count, value) => {
    await settleDisplays();
    await show(count, value);
    await wait(outputsMs);
  };
}

interface CellEnd {
  broadcastResult(count: number, value: unknown): Promise<void>;
}

async function leave(code: number): Promise<void> {
  requestInterrupt();
  const until = Date.now() + graceMs;
  while (isWorkInterruptible() && Date.now() < until) await wait(everyMs);
  await wait(cellMs);
  process.exit(code);
}

function followParent(parent: number): void {
  // A child is another's once its parent has ended. Where somebody else has started it there is nobody to follow.
  if (process.ppid !== parent) return;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    void leave(1);
  }, parentMs);
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
