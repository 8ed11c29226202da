import { spawnSync } from "node:child_process";
import { writeSync } from "node:fs";
import { isatty } from "node:tty";
import { type DenoJupyter, denoJupyter } from "../core/denoJupyter.js";
import { mirrorsToTerminal, terminalColumnsVariable } from "../core/environment.js";
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
  const send = sendToNotebook();
  if (send === undefined) return new TerminalDisplay(standardOutput);
  const page = new NotebookDisplay(send);
  return mirrorsToTerminal() ? mirrorProgress(page, new TerminalDisplay(kernelTerminal())) : page;
}

function sendToNotebook(): Send | undefined {
  const kernel = notebookKernel();
  if (kernel) return sendTo(kernel);
  const deno = denoJupyter();
  return deno && sendToDeno(deno);
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

function sendToDeno(kernel: DenoJupyter): Send {
  return (data, identity) => {
    const transient = identity === undefined ? {} : { display_id: identity.id };
    const type = identity?.update ? "update_display_data" : "display_data";
    kernel.broadcast(type, { data, metadata: {}, transient });
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
function kernelTerminal(): Sink {
  const fd = 2;
  const deno = denoJupyter();
  // Deno's kernel keeps what is written there; `jupyter/run_notebook.py` writes it for it.
  if (deno) return terminalOfRunner(deno);
  let terminalColumns: number | undefined;
  return {
    write: (text) => {
      try {
        writeSync(fd, text);
      } catch {
        // A terminal that is full for the moment, or gone, must not end the training.
      }
    },
    isTTY: isatty(fd),
    get columns() {
      return (terminalColumns ??= askColumns(fd));
    },
  };
}

function terminalOfRunner(kernel: DenoJupyter): Sink {
  const columns = terminalColumnsVariable();
  return {
    write: (text) => {
      kernel.broadcast("xray-notebook.terminal", { text });
    },
    isTTY: columns !== undefined,
    columns,
  };
}

/** The width of the terminal behind a file descriptor, which the kernel's own streams know nothing of; 80 where it is not told. */
function askColumns(fd: number): number {
  const { stdout, error } = spawnSync("stty", ["size"], { stdio: [fd, "pipe", "ignore"], encoding: "utf8" });
  const columns = error ? NaN : Number(/^\d+ (\d+)/.exec(stdout)?.[1]);
  return columns > 0 ? columns : 80;
}
