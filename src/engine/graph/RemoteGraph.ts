import path from "node:path";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { acrossReloads } from "../../core/acrossReloads.js";
import type { FeedValue } from "./Feed.js";
import type { GraphProgram, GroupSetting } from "./GraphSession.js";
import type { GraphReply, GraphRequest } from "./graphWorker.js";
import { loadTensorFlow } from "../tensorflow.js";

interface Waiting {
  readonly resolve: (reply: Exclude<GraphReply, { problem: string }>) => void;
  readonly reject: (error: Error) => void;
}

/** A thread without graphs for this long ends; the next graph starts another. */
const idleMilliseconds = 30_000;

/** A thread that is asked for values ends its step first, which takes less than this. */
const maxStepMs = 600_000;

/** A thread with TensorFlow of its own; it starts with the first graph and never keeps an idle process alive. */
class Thread {
  private graphs = 0;
  private readonly worker = startWorker();
  private readonly pending: Waiting[] = [];
  private ended: Error | undefined;
  private idle: NodeJS.Timeout | undefined;

  constructor() {
    this.worker.on("message", (reply: GraphReply) => {
      const waiting = this.pending.shift();
      if (this.pending.length === 0) this.worker.unref();
      if ("problem" in reply) waiting?.reject(new Error(`TensorFlow: ${reply.problem}`));
      else waiting?.resolve(reply);
    });
    this.worker.on("error", (error) => {
      this.end(error);
    });
    this.worker.on("exit", () => {
      this.end(new Error("The thread that trains has ended; load the last checkpoint to go on from."));
    });
    this.worker.unref();
  }

  ask(request: GraphRequest, owned: ArrayBuffer[] = []): Promise<Exclude<GraphReply, { problem: string }>> {
    return new Promise((resolve, reject) => {
      if (this.ended) {
        reject(this.ended);
        return;
      }
      this.pending.push({ resolve, reject });
      this.worker.ref();
      this.worker.postMessage(request, owned);
    });
  }

  /** The answer, for which the caller's thread stands still. */
  askNow(request: GraphRequest & { readonly kind: "read" }): Exclude<GraphReply, { problem: string }> {
    if (this.ended) throw this.ended;
    const { port1, port2 } = new MessageChannel();
    const answered = new Int32Array(new SharedArrayBuffer(4));
    this.worker.postMessage({ ...request, blocking: { port: port2, answered } }, [port2]);
    Atomics.wait(answered, 0, 0, maxStepMs);
    const reply = receiveMessageOnPort(port1)?.message as GraphReply | undefined;
    port1.close();
    if (!reply) throw new Error("The thread that trains does not answer.");
    if ("problem" in reply) throw new Error(`TensorFlow: ${reply.problem}`);
    return reply;
  }

  /** Counts a graph more (1), less (-1), or one that may come (0). */
  count(change: 1 | 0 | -1): void {
    this.graphs += change;
    clearTimeout(this.idle);
    if (this.graphs > 0) return;
    this.idle = setTimeout(() => {
      if (this.graphs > 0) return;
      if (thread === this) thread = undefined;
      void this.worker.terminate();
    }, idleMilliseconds).unref();
  }

  private end(error: Error): void {
    this.ended ??= error;
    if (thread === this) thread = undefined;
    for (const { reject } of this.pending.splice(0)) reject(error);
  }
}

/** The library is loaded here first: what a thread sets in its copy of the environment does not reach it. */
function startWorker(): Worker {
  loadTensorFlow();
  return new Worker(path.join(__dirname, "graphWorker.js"), { execArgv: [] });
}

let thread: Thread | undefined;
let opened = 0;

/** Frees the graphs that nothing refers to any more: whoever had them was given up and not disposed. */
const unreachable = acrossReloads("unreachableGraphs", () => new FinalizationRegistry<OpenGraph>(close));

interface OpenGraph {
  readonly thread: Thread;
  readonly session: number;
}

/** Has the thread free a graph; one that has ended has freed it. */
function close({ thread, session }: OpenGraph): void {
  thread.count(-1);
  thread.ask({ kind: "close", session }).catch(() => undefined);
}

/** A graph that runs in another thread, so that this one stays free for a notebook's messages and progress. */
export class RemoteGraph {
  private constructor(
    private readonly thread: Thread,
    private readonly session: number,
  ) {}

  /** Has the thread load TensorFlow while the graph is still being recorded. */
  static expect(): void {
    thread ??= new Thread();
    thread.count(0);
  }

  static async open(program: GraphProgram): Promise<RemoteGraph> {
    thread ??= new Thread();
    thread.count(1);
    const graph = new RemoteGraph(thread, opened++);
    unreachable.register(graph, { thread, session: graph.session }, graph);
    await graph.thread.ask({ kind: "open", session: graph.session, program });
    return graph;
  }

  /** See `GraphSession.assign`. Takes the arrays over. */
  async assign(settings: readonly GroupSetting[]): Promise<void> {
    const owned = settings.flatMap(({ values = [] }) => values.map(({ buffer }) => buffer as ArrayBuffer));
    await this.thread.ask({ kind: "assign", session: this.session, settings }, owned);
  }

  /** See `GraphSession.run`. The arrays are copied. */
  async run(name: string, feeds: readonly FeedValue[]): Promise<readonly Float32Array[]> {
    const request = { kind: "run", session: this.session, function: name, feeds } as const;
    return (await this.thread.ask(request)).values ?? [];
  }

  /** See `GraphSession.prepare`. */
  async prepare(name: string): Promise<void> {
    await this.thread.ask({ kind: "prepare", session: this.session, function: name });
  }

  /** See `GraphSession.releasePrepared`. */
  async releasePrepared(name: string): Promise<void> {
    await this.thread.ask({ kind: "releasePrepared", session: this.session, function: name });
  }

  async read(places: readonly number[]): Promise<readonly Float32Array[]> {
    const { values } = await this.thread.ask({ kind: "read", session: this.session, places });
    return values ?? [];
  }

  /** The same, while the caller's thread stands still. */
  readNow(places: readonly number[]): readonly Float32Array[] {
    return this.thread.askNow({ kind: "read", session: this.session, places }).values ?? [];
  }

  /** See `GraphSession.take`. */
  async take(group: number): Promise<readonly Float32Array[]> {
    return (await this.thread.ask({ kind: "take", session: this.session, group })).values ?? [];
  }

  async close(): Promise<void> {
    unreachable.unregister(this);
    this.thread.count(-1);
    await this.thread.ask({ kind: "close", session: this.session });
  }
}
