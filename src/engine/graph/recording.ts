import type { Attr, ResourceHandle } from "../operations/binding.js";
import type { Tensor } from "../Tensor.js";
import type { Feed } from "./Feed.js";

/** Takes down operations as they run. */
export interface OperationRecorder {
  /**
   * An operation that was carried out.
   * @param after it waits for this tensor, without needing it
   */
  operation(
    name: string,
    attrs: readonly Attr[],
    inputs: readonly Tensor[],
    outputs: readonly Tensor[],
    after?: Tensor,
  ): void;
  /** An operation that changes variables; it was not carried out. */
  change(
    name: string,
    attrs: readonly Attr[],
    handles: readonly ResourceHandle[],
    inputs: readonly Tensor[],
  ): void;
  /** A variable's value was read into `tensor`. */
  read(handle: ResourceHandle, tensor: Tensor): void;
  /** `tensor` was made of fixed numbers. */
  constant(tensor: Tensor, values: readonly number[], type: "int32" | "float32"): void;
  /** `tensor` is given anew for each run. */
  feed(tensor: Tensor, make: Feed["make"]): void;
  /** `tensor` depends on variables alone, so that it need not be computed in each run. */
  hoist(tensor: Tensor): void;
}

let recorder: OperationRecorder | undefined;

/** Who takes down the operations that run now, if anybody does. */
export const currentRecorder = (): OperationRecorder | undefined => recorder;

/** Runs `body` with every operation of `operations/` taken down by `to`. */
export function recording<R>(to: OperationRecorder, body: () => R): R {
  if (recorder) throw new Error("one step is recorded at a time");
  recorder = to;
  try {
    return body();
  } finally {
    recorder = undefined;
  }
}
