import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Readable, Writable } from "node:stream";
import { UserError } from "../../src/core/errors.js";
import { findBrowser, flags } from "../../src/report/findBrowser.js";

/** How a page is looked at. */
export interface View {
  /** The window's width, in CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** @default "light" */
  readonly theme?: "light" | "dark";
}

type Message = Readonly<Record<string, unknown>>;
/** Keys that do something by themselves in a browser go by their numbers. */
const keyCodes: Readonly<Record<string, number>> = {
  ...{ Tab: 9, Enter: 13, Escape: 27, " ": 32, End: 35, Home: 36 },
  ...{ ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40 },
};
/** The longest that one command may take. */
const timeoutMs = 60_000;

/** An installed browser without a window, spoken to by the Chrome DevTools Protocol through pipes. */
export class Chromium {
  private readonly waiting = new Map<
    number,
    { resolve: (result: Message) => void; reject: (error: Error) => void }
  >();
  private readonly listeners = new Map<string, () => void>();
  private last = 0;
  private session: string | undefined;
  private received = "";

  private constructor(
    private readonly child: ChildProcess,
    private readonly profile: string,
  ) {
    const pipe = child.stdio[4] as Readable;
    pipe.setEncoding("utf8").on("data", (chunk: string) => {
      this.hear(chunk);
    });
    child.on("close", () => {
      for (const { reject } of this.waiting.values()) reject(failed("it ended"));
    });
  }

  /** @throws UserError when there is no browser, or it does not start */
  static async start(): Promise<Chromium> {
    const browser = findBrowser();
    const profile = await mkdtemp(path.join(tmpdir(), "xray-browser-"));
    const stdio = ["ignore", "ignore", "ignore", "pipe", "pipe"] as const;
    const child = spawn(
      browser,
      [...flags, "--hide-scrollbars", "--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank"],
      {
        stdio: [...stdio],
      },
    );
    const chromium = new Chromium(child, profile);
    const started = new Promise<never>((_, reject) => {
      child.on("error", (cause) => {
        reject(failed(cause.message));
      });
    });
    const { targetId } = await Promise.race([
      chromium.ask("Target.createTarget", { url: "about:blank" }),
      started,
    ]);
    const { sessionId } = await chromium.ask("Target.attachToTarget", { targetId, flatten: true });
    chromium.session = String(sessionId);
    await chromium.ask("Page.enable");
    return chromium;
  }

  /** Opens a page and waits until it has loaded. */
  async open(url: string, { width, height, theme = "light" }: View): Promise<void> {
    await this.ask("Emulation.setDeviceMetricsOverride", {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: width < 600,
    });
    await this.ask("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-color-scheme", value: theme }],
    });
    const loaded = new Promise<void>((resolve) => this.listeners.set("Page.loadEventFired", resolve));
    const { errorText } = await this.ask("Page.navigate", { url });
    if (errorText !== undefined) throw failed(`${url}: ${JSON.stringify(errorText)}`);
    await loaded;
  }

  /**
   * The value of an expression in the page; of a promise, what comes of it.
   * @throws Error when it throws
   */
  async evaluate(expression: string): Promise<unknown> {
    const answer = await this.ask("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    const { result, exceptionDetails } = answer as {
      result: { value?: unknown };
      exceptionDetails?: { exception?: { description?: string } };
    };
    if (exceptionDetails)
      throw new Error(exceptionDetails.exception?.description ?? "the page threw something");
    return result.value;
  }

  /** Gives files to an `<input type="file">`, as a person would. */
  async chooseFiles(selector: string, files: readonly string[]): Promise<void> {
    const { root } = (await this.ask("DOM.getDocument")) as { root: { nodeId: number } };
    const { nodeId } = await this.ask("DOM.querySelector", { nodeId: root.nodeId, selector });
    await this.ask("DOM.setFileInputFiles", { nodeId, files });
  }

  /**
   * Presses a key, as a person would who has nothing but a keyboard.
   * @param key as a `KeyboardEvent` names it, such as "k", "Tab" or "ArrowDown"
   */
  async press(key: string, { ctrl = false, shift = false } = {}): Promise<void> {
    const letter = key.length === 1;
    const event = {
      ...{ key, modifiers: (ctrl ? 2 : 0) + (shift ? 8 : 0) },
      windowsVirtualKeyCode: letter ? key.toUpperCase().charCodeAt(0) : (keyCodes[key] ?? 0),
    };
    const text = key === "Enter" ? "\r" : letter && !ctrl ? key : undefined;
    await this.ask("Input.dispatchKeyEvent", { type: "keyDown", ...event, ...(text && { text }) });
    await this.ask("Input.dispatchKeyEvent", { type: "keyUp", ...event });
  }

  /** Saves what the page offers to save in a folder, and asks nobody. */
  async saveTo(folder: string): Promise<void> {
    await this.ask("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder });
  }

  /** What is seen, or, with `whole`, the page down to its end, as PNG. */
  async screenshot({ whole = false } = {}): Promise<Uint8Array> {
    const { data } = await this.ask("Page.captureScreenshot", { captureBeyondViewport: whole });
    return Buffer.from(String(data), "base64");
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("close", resolve));
    if (this.child.exitCode === null) {
      this.ask("Browser.close").catch(() => undefined);
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000))]);
      this.child.kill("SIGKILL");
    }
    await rm(this.profile, { recursive: true, force: true, maxRetries: 3 });
  }

  private ask(method: string, params: Message = {}): Promise<Message> {
    const id = ++this.last;
    const message = {
      id,
      method,
      params,
      ...(this.session === undefined ? {} : { sessionId: this.session }),
    };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(failed(`${method} took more than ${timeoutMs / 1000} s`));
      }, timeoutMs);
      const settle =
        <V>(then: (value: V) => void) =>
        (value: V) => {
          clearTimeout(timer);
          this.waiting.delete(id);
          then(value);
        };
      this.waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      (this.child.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    });
  }

  /** Messages end with a zero. */
  private hear(chunk: string): void {
    const messages = (this.received + chunk).split("\0");
    this.received = messages.pop() ?? "";
    for (const text of messages) {
      const { id, method, result, error } = JSON.parse(text) as {
        id?: number;
        method?: string;
        result?: Message;
        error?: { message: string };
      };
      const waiting = this.waiting.get(id ?? -1);
      if (error) waiting?.reject(failed(error.message));
      else waiting?.resolve(result ?? {});
      if (method === undefined) continue;
      this.listeners.get(method)?.();
      this.listeners.delete(method);
    }
  }
}

const failed = (why: string): UserError =>
  new UserError(`The browser failed: ${why}.`, "Try another one with XRAY_CHROME, or open the page by hand.");
