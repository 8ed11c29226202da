import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import type { Batch } from "../data/Batch.js";
import type { BadImageKind } from "../data/BadImage.js";
import type { Preparation } from "../data/prepareImage.js";
import { Refused } from "./Refused.js";
import type { PreparingReply, PreparingRequest } from "./prepareUploads.js";

/** What is wrong with an image, in HTTP's numbers. */
const statuses: Readonly<Record<BadImageKind, number>> = { unreadable: 415, tooLarge: 413, timeout: 422 };

/** A process without work for this long ends, and one that has grown to more ends with its image. */
const idleMs = 5000;
const mostBytes = 300e6;

/**
 * Prepares strangers' images in a process of its own, one at a time: whatever decoders do with them, the server lives,
 * no time is lost with an image that takes too long, and all memory is given back when the process ends.
 */
export class PreparingProcess {
  private child: ChildProcess | undefined;
  private idle: NodeJS.Timeout | undefined;

  /** @param seconds that an image may take */
  constructor(
    private readonly preparation: Preparation,
    private readonly seconds: number,
  ) {}

  /**
   * A batch of one image.
   * @param signal nobody waits for it any more
   * @throws Refused when it is no image that can be read, has too many pixels, takes too long, or makes its decoder fail
   */
  async prepare(bytes: Buffer, signal: AbortSignal): Promise<Batch> {
    clearTimeout(this.idle);
    const child = (this.child ??= this.start());
    const reply = await this.ask(child, { bytes, preparation: this.preparation }, signal);
    if (reply.memory > mostBytes) this.end();
    else this.idle = setTimeout(this.end, idleMs).unref();
    if ("batch" in reply) return reply.batch;
    if ("problem" in reply) throw new Error(`Preparing an image failed: ${reply.problem}`);
    // The reason says what is wrong; the remedy is for those who train.
    throw new Refused(statuses[reply.badImage.kind], `The image ${reply.badImage.reason}.`);
  }

  /** Ends the process; the next image starts another. */
  readonly end = (): void => {
    clearTimeout(this.idle);
    this.child?.kill("SIGKILL");
    this.child = undefined;
  };

  private start(): ChildProcess {
    // A notebook kernel's own Node options are not the process's. What a decoder prints is nobody's to read.
    const child = fork(path.join(__dirname, "prepareUploads.js"), {
      execArgv: ["--max-old-space-size=1024"],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    child.on("error", () => undefined);
    child.on("exit", () => {
      if (this.child === child) this.child = undefined;
    });
    child.unref();
    child.channel?.unref();
    return child;
  }

  private ask(child: ChildProcess, request: PreparingRequest, signal: AbortSignal): Promise<PreparingReply> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
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
      const receive = (message: PreparingReply | "begins"): void => {
        if (message !== "begins") {
          settle(() => {
            resolve(message);
          });
          return;
        }
        timer = setTimeout(() => {
          fail(new Refused(statuses.timeout, `The image takes longer than ${this.seconds} s to decode.`));
        }, 1000 * this.seconds);
      };
      const exit = (): void => {
        fail(new Refused(statuses.timeout, "The image made its decoder fail."));
      };
      const abort = (): void => {
        fail(signal.reason as Error);
      };
      child.on("message", receive).on("exit", exit).on("error", fail);
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort, { once: true });
      child.send(request, (error) => {
        if (error) fail(error);
      });
    });
  }
}
