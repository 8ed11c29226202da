import { parentPort } from "node:worker_threads";
import { collectGarbage } from "../../core/collectGarbage.js";
import { messageOf } from "../../core/errors.js";
import { BadImage } from "../images/BadImage.js";
import { answerRequest } from "./workerTasks.js";
import type { Request, Result } from "./workerMessages.js";

/** What the thread is sent and what it answers; every request has one answer, in order. */
export interface WorkerRequest {
  readonly id: number;
  readonly request: Request;
}

export type WorkerReply =
  | { readonly id: number; readonly result: Result | undefined }
  | { readonly id: number; readonly badImage: Pick<BadImage, "path" | "reason" | "kind"> }
  | { readonly id: number; readonly problem: string };

// A thread that prepares images, so that training does not wait for them. One request after the other: the next
// ones wait in the port's queue, and that queue is what keeps the thread busy while the main thread computes.
let last = Promise.resolve();
let answered = 0;

/** After so many answers what decoders have left is freed; JavaScript alone would let it grow for thousands of images. */
const answersBetween = 32;

parentPort?.on("message", ({ id, request }: WorkerRequest) => {
  last = last.then(async () => {
    const reply = await answer(id, request);
    const owned = "result" in reply && reply.result?.kind === "batch" ? [reply.result.x.buffer] : [];
    parentPort?.postMessage(reply, owned as ArrayBuffer[]);
    if (++answered % answersBetween === 0) setImmediate(collectGarbage);
  });
});

async function answer(id: number, request: Request): Promise<WorkerReply> {
  try {
    return { id, result: await answerRequest(request) };
  } catch (error) {
    if (error instanceof BadImage) {
      const { path, reason, kind } = error;
      return { id, badImage: { path, reason, kind } };
    }
    return { id, problem: messageOf(error) };
  }
}
