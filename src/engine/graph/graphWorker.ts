import { type MessagePort, parentPort } from "node:worker_threads";
import { collectGarbage } from "../../core/collectGarbage.js";
import { messageOf } from "../../core/errors.js";
import { loadTensorFlow } from "../tensorflow.js";
import type { FeedValue } from "./Feed.js";
import { type GraphProgram, GraphSession, type GroupSetting } from "./GraphSession.js";

/** Where an answer goes that is waited for without giving the event loop a turn. */
export interface Blocking {
  readonly port: MessagePort;
  /** `[1]`: becomes 1 when the answer has been sent. */
  readonly answered: Int32Array;
}

/** What the thread is asked to do; every request has one answer, in order. */
export type GraphRequest =
  | { readonly kind: "open"; readonly session: number; readonly program: GraphProgram }
  | { readonly kind: "assign"; readonly session: number; readonly settings: readonly GroupSetting[] }
  | {
      readonly kind: "run";
      readonly session: number;
      readonly function: string;
      readonly feeds: readonly FeedValue[];
    }
  | { readonly kind: "prepare" | "releasePrepared"; readonly session: number; readonly function: string }
  | {
      readonly kind: "read";
      readonly session: number;
      readonly places: readonly number[];
      readonly blocking?: Blocking;
    }
  | { readonly kind: "take"; readonly session: number; readonly group: number }
  | { readonly kind: "close"; readonly session: number };

export type GraphReply = { readonly values?: readonly Float32Array[] } | { readonly problem: string };

// Now, and not with the first graph, which is still being recorded.
loadTensorFlow();

/**
 * After so many runs that were fed so many bytes, arrays that are not needed any more are freed: JavaScript, which sees the
 * small objects alone, would let them lie until they are several times as many. Large ones it frees by itself.
 */
const [runsBetween, bytesBetween] = [64, 1 << 24];
let [runs, fedBytes] = [0, 0];

const sessions = new Map<number, GraphSession>();

parentPort?.on("message", (request: GraphRequest) => {
  let reply: GraphReply;
  try {
    reply = answer(request);
  } catch (error) {
    reply = { problem: messageOf(error) };
  }
  if (request.kind === "run") {
    runs++;
    for (const { values } of request.feeds) fedBytes += values.byteLength;
  }
  if (request.kind === "assign" || (runs >= runsBetween && fedBytes >= bytesBetween)) {
    [runs, fedBytes] = [0, 0];
    setImmediate(collectGarbage);
  }
  const owned = "values" in reply ? (reply.values ?? []).map(({ buffer }) => buffer as ArrayBuffer) : [];
  if (request.kind !== "read" || request.blocking === undefined) {
    parentPort?.postMessage(reply, owned);
    return;
  }
  const { port, answered } = request.blocking;
  port.postMessage(reply, owned);
  port.close();
  Atomics.store(answered, 0, 1);
  Atomics.notify(answered, 0);
});

function answer(request: GraphRequest): GraphReply {
  if (request.kind === "open") {
    sessions.set(request.session, new GraphSession(request.program));
    return {};
  }
  const session = sessions.get(request.session);
  if (!session) throw new Error(`there is no graph ${request.session} in this thread`);
  switch (request.kind) {
    case "assign":
      session.assign(request.settings);
      return {};
    case "run":
      return { values: session.run(request.function, request.feeds) };
    case "prepare":
      session.prepare(request.function);
      return {};
    case "releasePrepared":
      session.releasePrepared(request.function);
      return {};
    case "read":
      return { values: session.read(request.places) };
    case "take":
      return { values: session.take(request.group) };
    case "close":
      sessions.delete(request.session);
      session.close();
      return {};
  }
}
