import { spawnSync } from "node:child_process";
import { writeSync } from "node:fs";
import { isatty } from "node:tty";
import { mirrorsToTerminal } from "../core/environment.js";
import type { Display } from "../core/Display.js";
import { mirrorProgress } from "./mirrorProgress.js";
import { NotebookDisplay, type Send } from "./NotebookDisplay.js";
import { type Sink, TerminalDisplay } from "./TerminalDisplay.js";

/** What tslab's kernel offers while it runs a cell. */
interface NotebookKernel {
  lastWriteDisplayData: ((content: Readonly<Record<string, unknown>>, update: boolean) => void) | null;
}

/** The display for where this process runs: a notebook's page, or the terminal. */
export function createDisplay(): Display {
  const kernel = notebookKernel();
  if (kernel === undefined) return new TerminalDisplay(standardOutput);
  const page = new NotebookDisplay(sendTo(kernel));
  return mirrorsToTerminal() ? mirrorProgress(page, new TerminalDisplay(kernelTerminal)) : page;
}

/** tslab, if this process is its kernel. Only looked up: loading it would load a compiler. */
function notebookKernel(): NotebookKernel | undefined {
  let file: string;
  try {
    file = require.resolve("tslab/dist/jupyter.js");
  } catch {
    return undefined;
  }
  const kernel = require.cache[file]?.exports as NotebookKernel | undefined;
  return kernel?.lastWriteDisplayData ? kernel : undefined;
}

function sendTo(kernel: NotebookKernel): Send {
  return (data, identity) => {
    const transient = identity === undefined ? {} : { display_id: identity.id };
    // The one of the cell that is being run.
    kernel.lastWriteDisplayData?.({ data, metadata: {}, transient }, identity?.update ?? false);
  };
}

const standardOutput: Sink = {
  write: (text) => process.stdout.write(text),
  get isTTY() {
    return process.stdout.isTTY;
  },
  get columns() {
    return process.stdout.columns;
  },
};

/** The terminal that started the kernel; the kernel's own `process.stderr` leads to the page. */
const kernelTerminal: Sink = {
  write: (text) => {
    try {
      writeSync(2, text);
    } catch {
      // A terminal that is full for the moment, or gone, must not end the training.
    }
  },
  isTTY: isatty(2),
  get columns() {
    return (terminalColumns ??= askColumns());
  },
};

let terminalColumns: number | undefined;

/** The width of the terminal behind the standard error, which the kernel's own streams know nothing of; 80 where it is not told. */
function askColumns(): number {
  const { stdout, error } = spawnSync("stty", ["size"], { stdio: [2, "pipe", "ignore"], encoding: "utf8" });
  const columns = error ? NaN : Number(/^\d+ (\d+)/.exec(stdout)?.[1]);
  return columns > 0 ? columns : 80;
}
