import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { projectRoot } from "../../src/core/environment.js";
import { Chromium, type View } from "./Chromium.js";

export interface LabPageOptions {
  /** The notebook that is open, an absolute path below the project's folder. */
  readonly notebook: string;
  readonly view: View;
  /** The project's folder. @default the one that this file is of */
  readonly root?: string;
  /** Variables for the Lab and its kernels. */
  readonly env?: NodeJS.ProcessEnv;
  /** The file that takes what the Lab says. @default nobody hears it */
  readonly log?: string;
}

/** An output of a cell, as the notebook keeps it. */
export interface CellOutput {
  readonly output_type: string;
  readonly text?: string | readonly string[];
  readonly ename?: string;
  readonly evalue?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** The longest that anything may take which is waited for; a fit's cells say their own. */
const timeoutMs = 90_000;

/** JupyterLab with the project's kernel, as `xray lab` starts it, open in a browser. */
export class LabPage {
  private constructor(
    readonly chromium: Chromium,
    private readonly lab: ReturnType<typeof spawn>,
    private readonly origin: string,
    private readonly root: string,
    private notebook: string,
    private view: View,
  ) {}

  /** @throws Error when the Lab does not answer, and UserError when there is no browser */
  static async start({
    notebook,
    view,
    root = projectRoot,
    env = {},
    log,
  }: LabPageOptions): Promise<LabPage> {
    const port = 20_000 + (process.pid % 20_000);
    const options = {
      ...{ open: notebook, port, browser: false },
      arguments: ["--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True"],
    };
    const script = `
      const { startLab } = require(${JSON.stringify(path.join(root, "dist", "src", "report", "lab.js"))});
      void startLab(${JSON.stringify(options)});`;
    const said = log === undefined ? "ignore" : openSync(log, "w");
    const lab = spawn(process.execPath, ["-e", script], {
      stdio: ["ignore", said, said],
      env: { ...process.env, ...env },
    });
    if (said !== "ignore") closeSync(said);
    const origin = `http://127.0.0.1:${port}`;
    await until("JupyterLab answers", async () => (await fetch(`${origin}/lab`).catch(() => undefined))?.ok);
    return new LabPage(await Chromium.start(), lab, origin, root, notebook, view);
  }

  /** Opens the notebook, or another one, and waits for its kernel, busy or not. */
  async open({ notebook = this.notebook, view = this.view, withinMs = timeoutMs } = {}): Promise<void> {
    [this.notebook, this.view] = [notebook, view];
    const below = path.relative(this.root, notebook).split(path.sep).map(encodeURIComponent).join("/");
    await this.chromium.open(`${this.origin}/lab/tree/${below}`, view);
    const isThere = async () => ["idle", "busy"].includes(String(await this.evaluate(`${kernel}?.status`)));
    await this.until("the kernel is there", isThere, withinMs);
    // The list of files would take most of a phone.
    await this.evaluate("jupyterapp.shell.collapseLeft()");
  }

  /** Leaves the page; the kernel goes on. */
  async leave(): Promise<void> {
    await this.chromium.open("about:blank", this.view);
  }

  evaluate(expression: string): Promise<unknown> {
    return this.chromium.evaluate(expression);
  }

  /** Begins to run a cell, as Ctrl+Enter does. */
  async begin(cell: number): Promise<void> {
    await this.evaluate(
      `${content}.activeCellIndex = ${cell}; void jupyterapp.commands.execute("notebook:run-cell")`,
    );
  }

  /** Runs a cell and waits for its end. @returns its outputs */
  async run(cell: number, withinMs = timeoutMs): Promise<readonly CellOutput[]> {
    await this.begin(cell);
    await this.until(`cell ${cell} has begun`, async () => !(await this.isIdle(cell)), 10_000).catch(
      // It has ended already.
      () => undefined,
    );
    await this.until(`cell ${cell} has ended`, () => this.isIdle(cell), withinMs);
    return this.outputs(cell);
  }

  /** Whether a cell has been run and has ended. */
  async isIdle(cell: number): Promise<boolean> {
    return (
      (await this.evaluate(`${modelOf(cell)}.executionState === "idle" && ${kernel}.status === "idle"`)) ===
      true
    );
  }

  async outputs(cell: number): Promise<readonly CellOutput[]> {
    return (await this.evaluate(`${modelOf(cell)}.outputs.toJSON()`)) as CellOutput[];
  }

  /** What a person reads below a cell. */
  async shown(cell: number): Promise<string> {
    await this.show(cell);
    return String(
      await this.evaluate(`${widgetOf(cell)}.node.querySelector(".jp-Cell-outputArea").innerText`),
    );
  }

  /** Brings a cell into sight. */
  async show(cell: number): Promise<void> {
    // Cells above it may still grow.
    for (let times = 0; times < 2; times++) {
      await this.evaluate(`${content}.activeCellIndex = ${cell}; ${content}.scrollToItem(${cell}, "start")`);
      await wait(800);
    }
  }

  /** Writes a cell's text, as a person does who replaces it. */
  async write(cell: number, code: string): Promise<void> {
    await this.evaluate(`${modelOf(cell)}.sharedModel.setSource(${JSON.stringify(code)})`);
  }

  async source(cell: number): Promise<string> {
    return String(await this.evaluate(`${modelOf(cell)}.sharedModel.getSource()`));
  }

  /** Gives one of JupyterLab's commands, and waits until it has been done. */
  async command(name: string, options: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.evaluate(
      `jupyterapp.commands.execute(${JSON.stringify(name)}, ${JSON.stringify(options)}).then(() => undefined)`,
    );
  }

  /** @throws Error when it does not come, with what the page shows */
  until(what: string, holds: () => Promise<unknown>, withinMs = timeoutMs): Promise<void> {
    const shown = () => this.evaluate("document.body.innerText").then(String, String);
    return until(what, holds, { withinMs, shown });
  }

  /** Gives the notebook a new kernel. */
  async restart(withinMs = timeoutMs): Promise<void> {
    await this.evaluate(`${kernel}.restart()`);
    const isThere = async () => (await this.evaluate(`${kernel}.status`)) === "idle";
    await this.until("the new kernel is there", isThere, withinMs);
  }

  /** Asks the Lab to stop, and waits until it has. */
  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.lab;
    if (exitCode !== null || signalCode !== null) return;
    this.lab.kill("SIGTERM");
    await once(this.lab, "close");
  }

  async close(): Promise<void> {
    await this.chromium.close();
    await this.stop();
  }
}

const kernel = "globalThis.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel";
const content = "jupyterapp.shell.currentWidget.content";
const widgetOf = (cell: number): string => `${content}.widgets[${cell}]`;
const modelOf = (cell: number): string => `${widgetOf(cell)}.model`;

async function until(
  what: string,
  holds: () => Promise<unknown>,
  { withinMs = timeoutMs, shown = () => Promise.resolve("nothing") } = {},
): Promise<void> {
  const started = Date.now();
  while (!(await holds())) {
    if (Date.now() - started > withinMs)
      throw new Error(`${what}: it did not; the page shows: ${await shown()}`);
    await wait(200);
  }
}
