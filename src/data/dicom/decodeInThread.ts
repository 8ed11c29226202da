import path from "node:path";
import { Worker } from "node:worker_threads";
import type { Pixels } from "../decodeImage.js";
import { secondsFor } from "../decodeLimits.js";
import type { DicomReply } from "./dicomWorker.js";
import { UnreadableDicom } from "./UnreadableDicom.js";

/** A thread without work for this long ends, and gives back what its decoders took. */
const idleMilliseconds = 5000;

/** Of what JavaScript itself takes: the parser makes objects of every element. */
const mostHeapMegabytes = 512;

let thread: Promise<Worker> | undefined;
let idle: NodeJS.Timeout | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Decodes a DICOM file as `decodeDicom` does, in a thread that is ended when its time is over; one file after the
 * other.
 * @param secondsOf the time for so many pixels
 * @throws UnreadableDicom with the reason
 */
export function decodeInThread(bytes: Uint8Array, secondsOf = secondsFor): Promise<Pixels> {
  const result = last.then(() => decodeNext(bytes, secondsOf));
  last = result.catch(() => undefined);
  return result;
}

async function decodeNext(bytes: Uint8Array, secondsOf: typeof secondsFor): Promise<Pixels> {
  clearTimeout(idle);
  const worker = await (thread ??= start());
  worker.ref();
  try {
    return await answerOf(worker, bytes, secondsOf);
  } finally {
    worker.unref();
    idle = setTimeout(end, idleMilliseconds).unref();
  }
}

function answerOf(worker: Worker, bytes: Uint8Array, secondsOf: typeof secondsFor): Promise<Pixels> {
  return new Promise((resolve, reject) => {
    const time = timeSince();
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
        const left = limit - time();
        if (left > 0) timer = setTimeout(expire, 1000 * left);
        else fail(new UnreadableDicom("takes too long to decode", "timeout"));
      });
    }
    function receive(reply: DicomReply): void {
      if ("begins" in reply) {
        clearTimeout(timer);
        limit = secondsOf(reply.begins);
        timer = setTimeout(expire, 1000 * (limit - time()));
        return;
      }
      settle(() => {
        if ("pixels" in reply) resolve(reply.pixels);
        else if ("unreadable" in reply) {
          reject(new UnreadableDicom(reply.unreadable.reason, reply.unreadable.kind));
        } else reject(new Error(`Decoding a DICOM file failed: ${reply.problem}`));
      });
    }
    function fail(error: Error): void {
      end();
      settle(() => {
        const isMemory = (error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY";
        reject(isMemory ? new UnreadableDicom("takes too much memory to decode", "tooLarge") : error);
      });
    }
    function exit(): void {
      fail(new Error("The thread that decodes DICOM files has ended."));
    }
    worker.on("message", receive).on("error", fail).on("exit", exit);
    // A copy to hand over: what it is a part of stays here.
    const own = new Uint8Array(bytes);
    worker.postMessage(own, [own.buffer]);
  });
}

/**
 * A clock that goes as fast as this process gets the processor, and at least at a tenth of the usual speed: a file is
 * not to blame for what else the machine has to do.
 * @returns the seconds since the call
 */
function timeSince(): () => number {
  const [begun, used] = [performance.now(), process.cpuUsage()];
  return () => {
    const wall = (performance.now() - begun) / 1000;
    const { user, system } = process.cpuUsage(used);
    return Math.min(wall, Math.max(wall / 10, (user + system) / 1e6));
  };
}

/** A thread that has loaded its decoders, so that loading them takes nothing of an image's time. */
function start(): Promise<Worker> {
  // A notebook kernel's own Node options are not the thread's.
  const worker = new Worker(path.join(__dirname, "dicomWorker.js"), {
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: mostHeapMegabytes },
  });
  const started = new Promise<Worker>((resolve, reject) => {
    worker.on("error", reject);
    worker.once("message", () => {
      resolve(worker);
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
  void ending?.then((worker) => worker.terminate()).catch(() => undefined);
}
