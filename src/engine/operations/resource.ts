import { currentRecorder } from "../graph/recording.js";
import type { Tensor } from "../Tensor.js";
import { attr, float32 } from "./attr.js";
import { type Attr, backend, binding, type Output, type ResourceHandle } from "./binding.js";

/**
 * TensorFlow's `ResourceHandle::ANONYMOUS_NAME`: under it every handle has memory of its own. With a name for each,
 * TensorFlow would keep a kernel for each, for ever: some 3 kB a variable, as many as there are in all fits.
 */
const anonymous = "cd2c89b7-88b7-44c8-ad83-06c2a9158347";
const dtype = [attr.type("dtype", float32)];

/** A new, uninitialised float32 variable. */
export function createResource(shape: number[]): ResourceHandle {
  const attrs = [
    attr.type("dtype", float32),
    attr.shape("shape", shape),
    attr.string("shared_name", anonymous),
    attr.string("container", ""),
  ];
  return only(binding().executeOp("VarHandleOp", attrs, [], 1)).id;
}

/**
 * An operation that changes resources, such as `AssignVariableOp`; `inputs` follow the handles. While a step is
 * recorded it is noted and not carried out: recording changes nothing.
 */
export function resourceOp(
  name: string,
  attrs: readonly Attr[],
  handles: readonly ResourceHandle[],
  inputs: readonly Tensor[] = [],
): void {
  const recorder = currentRecorder();
  if (recorder) recorder.change(name, attrs, handles, inputs);
  else binding().executeOp(name, attrs, [...handles, ...backend().getInputTensorIds(inputs)], 0);
}

/** Gives a new variable its first values, also while a step is recorded: they are what it has before that step. */
export function initializeResource(handle: ResourceHandle, value: Tensor): void {
  binding().executeOp("AssignVariableOp", dtype, [handle, ...backend().getInputTensorIds([value])], 0);
}

/** A tensor that shares the variable's memory. Dispose it before the variable is changed in place. */
export function readResource(handle: ResourceHandle): Tensor {
  const tensor = backend().createOutputTensor(
    only(binding().executeOp("ReadVariableOp", dtype, [handle], 1)),
  );
  currentRecorder()?.read(handle, tensor);
  return tensor;
}

/** Frees a resource's memory; the handle stays, and the next assignment gives it memory again. */
export function releaseResource(handle: ResourceHandle): void {
  binding().executeOp("DestroyResourceOp", [attr.bool("ignore_lookup_error", true)], [handle], 0);
}

/** Frees a resource and its handle. */
export function destroyResource(handle: ResourceHandle): void {
  releaseResource(handle);
  binding().deleteTensor(handle);
}

function only(outputs: Output[]): Output {
  const [output] = outputs;
  if (!output) throw new Error("TensorFlow gave no output");
  return output;
}
