import path from "node:path";
import { Worker } from "node:worker_threads";
import { BadImage } from "../images/BadImage.js";
import type { WorkerReply, WorkerRequest } from "./batchWorker.js";
import { answerRequest } from "./workerTasks.js";
import type {
  BatchRequest,
  BatchResult,
  CheckRequest,
  CheckResult,
  FingerprintRequest,
  FingerprintResult,
  Request,
  Result,
} from "./workerMessages.js";

/** Threads without work for this long end; the next request starts new ones. */
const idleMilliseconds = 30_000;

/** For a thread's small objects: the 48 MB that it has by default fill up over thousands of images. */
const maxYoungGenerationSizeMb = 12;

interface Waiting {
  readonly owner: WorkerPool;
  readonly resolve: (result: Result | undefined) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly pending: Map<number, Waiting>;
}

/** Shared by all preparers of the process: a notebook makes one data set after the other. */
let threads: Thread[] = [];
let idle: NodeJS.Timeout | undefined;
let nextId = 0;

const areIdle = (): boolean => threads.every(({ pending }) => pending.size === 0);

/**
 * Prepares images in worker threads, or with none of them in the calling thread. Threads start with the first
 * request, never keep an idle process alive, and end by themselves when there is nothing to do.
 */
export class WorkerPool {
  /** @param numWorkers threads of the process that it may use; 0 works in the calling thread */
  constructor(readonly numWorkers: number) {}

  /** @returns undefined when the request was stopped */
  async batch(request: BatchRequest): Promise<BatchResult | undefined> {
    return (await this.answer(request)) as BatchResult | undefined;
  }

  async check(request: CheckRequest): Promise<CheckResult> {
    return (await this.answer(request)) as CheckResult;
  }

  async fingerprint(request: FingerprintRequest): Promise<FingerprintResult> {
    return (await this.answer(request)) as FingerprintResult;
  }

  /**
   * Whoever still waits for something gets an error. Ends the threads, unless another pool has work for them; later
   * requests start new ones.
   */
  async close(): Promise<void> {
    for (const { worker, pending } of threads) {
      for (const [id, { owner, reject }] of pending) {
        if (owner !== this) continue;
        pending.delete(id);
        reject(new Error("The preparation of images was ended."));
      }
      if (pending.size === 0) worker.unref();
    }
    if (areIdle()) await endThreads();
  }

  private answer(request: Request): Promise<Result | undefined> {
    return this.numWorkers === 0 ? answerRequest(request) : this.send(request);
  }

  private send(request: Request): Promise<Result | undefined> {
    clearTimeout(idle);
    while (threads.length < this.numWorkers) threads.push(startThread());
    const own = threads.slice(0, this.numWorkers);
    const thread = own.reduce((a, b) => (b.pending.size < a.pending.size ? b : a));
    const id = nextId++;
    return new Promise((resolve, reject) => {
      thread.pending.set(id, { owner: this, resolve, reject });
      thread.worker.ref();
      const message: WorkerRequest = { id, request };
      thread.worker.postMessage(message);
    });
  }
}

function startThread(): Thread {
  // A notebook kernel's own Node options are not the thread's.
  const options = { execArgv: [], resourceLimits: { maxYoungGenerationSizeMb } };
  const worker = new Worker(path.join(__dirname, "batchWorker.js"), options);
  const thread: Thread = { worker, pending: new Map() };
  const fail = (error: Error): void => {
    threads = threads.filter((other) => other !== thread);
    for (const { reject } of thread.pending.values()) reject(error);
    thread.pending.clear();
  };
  worker.on("message", (reply: WorkerReply) => {
    settle(thread, reply);
  });
  worker.on("error", fail);
  worker.on("exit", () => {
    fail(new Error("The thread that prepares images has ended."));
  });
  worker.unref();
  return thread;
}

async function endThreads(): Promise<void> {
  clearTimeout(idle);
  const ending = threads;
  threads = [];
  await Promise.all(
    ending.map(({ worker }) => {
      // Else a process with nothing else to do would end before the promise does.
      worker.ref();
      return worker.terminate();
    }),
  );
}

function settle(thread: Thread, reply: WorkerReply): void {
  const waiting = thread.pending.get(reply.id);
  thread.pending.delete(reply.id);
  // A thread that is being closed is no longer among the threads, and its end is waited for.
  if (thread.pending.size === 0 && threads.includes(thread)) thread.worker.unref();
  if (areIdle()) endWhenIdle();
  if (waiting === undefined) return;
  if ("badImage" in reply) {
    const { path: file, reason, kind } = reply.badImage;
    waiting.reject(new BadImage(file, reason, kind));
  } else if ("problem" in reply) waiting.reject(new Error(`Preparing images failed: ${reply.problem}`));
  else waiting.resolve(reply.result);
}

function endWhenIdle(): void {
  clearTimeout(idle);
  idle = setTimeout(() => {
    // A blocked main thread fires this late, perhaps with new requests already sent.
    if (areIdle()) void endThreads();
  }, idleMilliseconds).unref();
}
