import path from "node:path";
import { Worker } from "node:worker_threads";
import { BadImage } from "./BadImage.js";
import type { WorkerReply, WorkerRequest } from "./batchWorker.js";
import { answerRequest } from "./prepare.js";
import type {
  BatchRequest,
  BatchResult,
  CheckRequest,
  CheckResult,
  FingerprintRequest,
  FingerprintResult,
  Request,
  Result,
} from "./request.js";

/** Threads without work for this long end; the next request starts new ones. */
const idleMilliseconds = 30_000;

interface Waiting {
  readonly resolve: (result: Result | undefined) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly pending: Map<number, Waiting>;
}

/**
 * Prepares images in worker threads, or with none of them in the calling thread. Threads start with the first
 * request, never keep an idle process alive, and end by themselves when there is nothing to do.
 */
export class Preparer {
  private threads: Thread[] = [];
  private nextId = 0;
  private idle: NodeJS.Timeout | undefined;

  /** @param numWorkers threads; 0 works in the calling thread */
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

  /** Ends the threads; whoever still waits for one gets an error. Later requests start new threads. */
  async close(): Promise<void> {
    clearTimeout(this.idle);
    const threads = this.threads;
    this.threads = [];
    await Promise.all(
      threads.map(({ worker }) => {
        // Else a process with nothing else to do would end before the promise does.
        worker.ref();
        return worker.terminate();
      }),
    );
  }

  private answer(request: Request): Promise<Result | undefined> {
    return this.numWorkers === 0 ? answerRequest(request) : this.send(request);
  }

  private send(request: Request): Promise<Result | undefined> {
    clearTimeout(this.idle);
    while (this.threads.length < this.numWorkers) this.threads.push(this.start());
    const thread = this.threads.reduce((a, b) => (b.pending.size < a.pending.size ? b : a));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      thread.pending.set(id, { resolve, reject });
      thread.worker.ref();
      const message: WorkerRequest = { id, request };
      thread.worker.postMessage(message);
    });
  }

  private start(): Thread {
    // A notebook kernel's own Node options are not the thread's.
    const worker = new Worker(path.join(__dirname, "batchWorker.js"), { execArgv: [] });
    const thread: Thread = { worker, pending: new Map() };
    const fail = (error: Error): void => {
      this.threads = this.threads.filter((other) => other !== thread);
      for (const { reject } of thread.pending.values()) reject(error);
      thread.pending.clear();
    };
    worker.on("message", (reply: WorkerReply) => {
      this.settle(thread, reply);
    });
    worker.on("error", fail);
    worker.on("exit", () => {
      fail(new Error("The thread that prepares images has ended."));
    });
    worker.unref();
    return thread;
  }

  private settle(thread: Thread, reply: WorkerReply): void {
    const waiting = thread.pending.get(reply.id);
    thread.pending.delete(reply.id);
    // A thread that is being closed is no longer among the threads, and its end is waited for.
    if (thread.pending.size === 0 && this.threads.includes(thread)) thread.worker.unref();
    if (this.threads.every(({ pending }) => pending.size === 0)) this.endWhenIdle();
    if (waiting === undefined) return;
    if ("badImage" in reply) {
      const { path: file, reason, kind } = reply.badImage;
      waiting.reject(new BadImage(file, reason, kind));
    } else if ("problem" in reply) waiting.reject(new Error(`Preparing images failed: ${reply.problem}`));
    else waiting.resolve(reply.result);
  }

  private endWhenIdle(): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      // A blocked main thread fires this late, perhaps with new requests already sent.
      if (this.threads.every(({ pending }) => pending.size === 0)) void this.close();
    }, idleMilliseconds).unref();
  }
}
