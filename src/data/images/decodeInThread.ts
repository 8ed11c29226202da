import path from "node:path";
import { Worker } from "node:worker_threads";
import type { Pixels } from "./Pixels.js";
import { secondsFor } from "./decodeLimits.js";
import type { ImageKind } from "./imageKind.js";
import type { DecodeReply } from "./decodeWorker.js";
import { threadSeconds } from "./threadSeconds.js";
import { UnreadableImage } from "./UnreadableImage.js";

/** A thread without work for this long ends, and gives back what its decoders took. */
const idleMilliseconds = 5000;

/** A bound for JavaScript's own memory: the parser makes objects of every element. */
const maxHeapMegabytes = 512;

interface Thread {
  readonly worker: Worker;
  /** As `threadNumber` says. */
  readonly number: string | undefined;
}

let thread: Promise<Thread> | undefined;
let idle: NodeJS.Timeout | undefined;
let last: Promise<unknown> = Promise.resolve();

/** The kinds that are decoded here, by programs that may take any time. */
export const threadKinds: ReadonlySet<ImageKind> = new Set(["dicom", "jpeg2000", "bmp", "pnm"] as const);

/**
 * Decodes a file of one of the kinds that are not left to sharp, in a thread that is ended when its time is over; one file after the
 * other.
 * @param secondsOf the time for so many pixels
 * @throws UnreadableImage with the reason
 */
export function decodeInThread(bytes: Uint8Array, secondsOf = secondsFor): Promise<Pixels> {
  const result = last.then(() => decodeNext(bytes, secondsOf));
  last = result.catch(() => undefined);
  return result;
}

async function decodeNext(bytes: Uint8Array, secondsOf: typeof secondsFor): Promise<Pixels> {
  clearTimeout(idle);
  const started = await (thread ??= start());
  started.worker.ref();
  try {
    return await answerOf(started, bytes, secondsOf);
  } finally {
    started.worker.unref();
    idle = setTimeout(end, idleMilliseconds).unref();
  }
}

function answerOf(started: Thread, bytes: Uint8Array, secondsOf: typeof secondsFor): Promise<Pixels> {
  const { worker } = started;
  return new Promise((resolve, reject) => {
    const time = clockOf(started);
    // Until the header says how many pixels there are, one for ten bytes.
    let limit = secondsOf(bytes.length / 10);
    let timer = setTimeout(expire, 1000 * limit);
    let settled = false;
    function settle(answer: () => void): void {
      settled = true;
      clearTimeout(timer);
      worker.off("message", receive).off("error", fail).off("exit", exit);
      answer();
    }
    function expire(): void {
      // An answer may wait already: this thread may have been at work itself all the while.
      setImmediate(() => {
        if (settled) return;
        clearTimeout(timer);
        const left = limit - time();
        if (left > 0) timer = setTimeout(expire, 1000 * left);
        else fail(new UnreadableImage("takes too long to decode", "timeout"));
      });
    }
    function receive(reply: DecodeReply): void {
      if ("begins" in reply) {
        clearTimeout(timer);
        limit = secondsOf(reply.begins);
        timer = setTimeout(expire, 1000 * (limit - time()));
        return;
      }
      settle(() => {
        if ("pixels" in reply) resolve(reply.pixels);
        else if ("unreadable" in reply) {
          reject(new UnreadableImage(reply.unreadable.reason, reply.unreadable.kind));
        } else reject(new Error(`Decoding an image failed: ${reply.problem}`));
      });
    }
    function fail(error: Error): void {
      end();
      settle(() => {
        const isMemory = (error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY";
        reject(isMemory ? new UnreadableImage("takes too much memory to decode", "tooLarge") : error);
      });
    }
    function exit(): void {
      fail(new Error("The thread that decodes images has ended."));
    }
    worker.on("message", receive).on("error", fail).on("exit", exit);
    // A copy to hand over: what it is a part of stays here.
    const own = new Uint8Array(bytes);
    worker.postMessage(own, [own.buffer]);
  });
}

/**
 * A clock that goes only while the thread has the processor, but never at less than an eighth of the usual speed.
 * @returns the seconds since the call
 */
function clockOf({ number }: Thread): () => number {
  const [begun, used] = [performance.now(), threadSeconds(number)];
  return () => {
    const wall = (performance.now() - begun) / 1000;
    const now = threadSeconds(number);
    return used === undefined || now === undefined ? wall : Math.max(wall / 8, now - used);
  };
}

/** A thread that has loaded its decoders, so that loading them takes nothing of an image's time. */
function start(): Promise<Thread> {
  // A notebook kernel's own Node options are not the thread's.
  const worker = new Worker(path.join(__dirname, "decodeWorker.js"), {
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMegabytes },
  });
  const started = new Promise<Thread>((resolve, reject) => {
    worker.on("error", reject);
    worker.once("message", (number: string | undefined) => {
      resolve({ worker, number });
    });
  });
  worker.once("exit", () => {
    if (thread === started) thread = undefined;
  });
  return started;
}

function end(): void {
  const ending = thread;
  thread = undefined;
  clearTimeout(idle);
  void ending?.then(({ worker }) => worker.terminate()).catch(() => undefined);
}
