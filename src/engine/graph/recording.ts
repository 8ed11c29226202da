import type { GraphRecorder } from "./GraphRecorder.js";

let recorder: GraphRecorder | undefined;

/** Who takes down the operations that run now, if anybody does. */
export const currentRecorder = (): GraphRecorder | undefined => recorder;

/** Runs `body` with every operation of `rawOps.ts` taken down by `to`. */
export function recording<R>(to: GraphRecorder, body: () => R): R {
  if (recorder) throw new Error("one step is recorded at a time");
  recorder = to;
  try {
    return body();
  } finally {
    recorder = undefined;
  }
}
