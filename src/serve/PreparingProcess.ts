import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import type { Batch } from "../data/Batch.js";
import type { BadImageKind } from "../data/images/BadImage.js";
import type { Preprocessing } from "../data/loading/prepareImage.js";
import { Refused } from "./Refused.js";
import type { PreparingReply, PreparingRequest } from "./prepareUploads.js";

/** What is wrong with an image, in HTTP's numbers. */
const statuses: Readonly<Record<BadImageKind, number>> = {
  unreadable: 415,
  unsupported: 415,
  tooLarge: 413,
  timeout: 422,
};

/** A process without work for this long ends, and one that has grown to more ends with its image. */
const idleMs = 5000;
const maxBytes = 300e6;

interface Started {
  readonly child: ChildProcess;
  /** Resolves when it has loaded what it needs. */
  readonly ready: Promise<unknown>;
}

/**
 * Prepares strangers' images in a process of its own, one at a time: whatever decoders do with them, the server lives,
 * no time is lost with an image that takes too long, and all memory is given back when the process ends.
 */
export class PreparingProcess {
  private started: Started | undefined;
  private idle: NodeJS.Timeout | undefined;

  /** @param seconds that an image may take */
  constructor(
    private readonly preparation: Preprocessing,
    private readonly seconds: number,
  ) {}

  /**
   * A batch of one image.
   * @param signal nobody waits for it any more
   * @throws Refused when it is no image that can be read, has too many pixels, takes too long, or makes its decoder fail
   */
  async prepare(bytes: Buffer, signal: AbortSignal): Promise<Batch> {
    clearTimeout(this.idle);
    try {
      return await this.prepareNow(bytes, signal);
    } finally {
      this.idle = setTimeout(this.end, idleMs).unref();
    }
  }

  private async prepareNow(bytes: Buffer, signal: AbortSignal): Promise<Batch> {
    this.started ??= this.start();
    const { child, ready } = this.started;
    // Nothing is sent before it is ready: whoever has gone by then leaves it to the next image.
    await ready;
    signal.throwIfAborted();
    const reply = await this.ask(child, { bytes, preparation: this.preparation }, signal);
    if (reply.memory > maxBytes) this.end();
    if ("batch" in reply) return reply.batch;
    if ("problem" in reply) throw new Error(`Preparing an image failed: ${reply.problem}`);
    // The reason says what is wrong; the remedy is for those who train.
    throw new Refused(statuses[reply.badImage.kind], `The image ${reply.badImage.reason}.`);
  }

  /** Ends the process; the next image starts another. */
  readonly end = (): void => {
    clearTimeout(this.idle);
    this.started?.child.kill("SIGKILL");
    this.started = undefined;
  };

  private start(): Started {
    // A notebook kernel's own Node options are not the process's. What a decoder prints is nobody's to read.
    const child = fork(path.join(__dirname, "prepareUploads.js"), {
      execArgv: ["--max-old-space-size=1024"],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const forget = (): void => {
      if (this.started?.child === child) this.started = undefined;
    };
    child.on("error", forget).on("exit", forget);
    child.unref();
    child.channel?.unref();
    const ready = new Promise((resolve, reject) => {
      child.once("message", resolve).once("error", reject);
      child.once("exit", () => {
        reject(new Error("The process that prepares images has ended at its start."));
      });
    });
    // Told to whoever waits.
    ready.catch(() => undefined);
    return { child, ready };
  }

  private ask(child: ChildProcess, request: PreparingRequest, signal: AbortSignal): Promise<PreparingReply> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        fail(new Refused(statuses.timeout, `The image takes longer than ${this.seconds} s to decode.`));
      }, 1000 * this.seconds);
      const settle = (how: () => void): void => {
        clearTimeout(timer);
        child.off("message", receive).off("exit", exit).off("error", fail);
        signal.removeEventListener("abort", abort);
        how();
      };
      const fail = (error: Error): void => {
        this.end();
        settle(() => {
          reject(error);
        });
      };
      const receive = (message: PreparingReply): void => {
        settle(() => {
          resolve(message);
        });
      };
      const exit = (): void => {
        fail(new Refused(statuses.timeout, "The image made its decoder fail."));
      };
      const abort = (): void => {
        fail(signal.reason as Error);
      };
      child.on("message", receive).on("exit", exit).on("error", fail);
      signal.addEventListener("abort", abort, { once: true });
      child.send(request, (error) => {
        if (error) fail(error);
      });
    });
  }
}
