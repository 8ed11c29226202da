import { randomUUID } from "node:crypto";
import { type Tensor, tf } from "./tensorflow.js";

/**
 * TensorFlow operations by their own names, one call each. tfjs composes batch normalisation, the gradient of
 * ReLU and Adam from elementwise kernels, at three times the cost of a whole train step; TensorFlow has each as a
 * single operation, and this is the way to it.
 */

/** An operation's attribute, such as its padding. */
export interface Attr {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | string | number[];
}

interface Output {
  readonly id: number;
}

type AttrType = "TYPE" | "INT" | "FLOAT" | "BOOL" | "STRING" | "SHAPE";

/** tfjs-node's native binding, as far as it is used here. */
type Binding = Record<`TF_ATTR_${AttrType}` | "TF_FLOAT" | "TF_INT32", number> & {
  readonly TF_Version: string;
  executeOp(name: string, attrs: readonly Attr[], inputIds: readonly number[], outputs: number): Output[];
  deleteTensor(id: number): void;
};

/** tfjs-node's backend, with the methods that its declarations call private. */
interface Backend {
  readonly binding: Binding;
  readonly isUsingGpuDevice: boolean;
  executeSingleOutput(name: string, attrs: readonly Attr[], inputs: readonly Tensor[]): Tensor;
  executeMultipleOutputs(
    name: string,
    attrs: readonly Attr[],
    inputs: readonly Tensor[],
    outputs: number,
  ): Tensor[];
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  createOutputTensor(output: Output): Tensor;
}

const backend = tf.backend() as unknown as Backend;
const binding = backend.binding;

export const attr = {
  type: (name: string, value: number): Attr => ({ name, type: binding.TF_ATTR_TYPE, value }),
  int: (name: string, value: number | number[]): Attr => ({ name, type: binding.TF_ATTR_INT, value }),
  float: (name: string, value: number): Attr => ({ name, type: binding.TF_ATTR_FLOAT, value }),
  bool: (name: string, value: boolean): Attr => ({ name, type: binding.TF_ATTR_BOOL, value }),
  string: (name: string, value: string): Attr => ({ name, type: binding.TF_ATTR_STRING, value }),
  shape: (name: string, value: number[]): Attr => ({ name, type: binding.TF_ATTR_SHAPE, value }),
};

export const float32: number = binding.TF_FLOAT;
export const int32: number = binding.TF_INT32;
/** The attribute that most operations want: their element type, float32. */
export const T = attr.type("T", float32);
const dtype = [attr.type("dtype", float32)];

/** One operation with one output. */
export function op(name: string, attrs: readonly Attr[], inputs: readonly Tensor[]): Tensor {
  return backend.executeSingleOutput(name, attrs, inputs);
}

/** One operation with `outputs` outputs. */
export function opOutputs(
  name: string,
  attrs: readonly Attr[],
  inputs: readonly Tensor[],
  outputs: number,
): Tensor[] {
  return backend.executeMultipleOutputs(name, attrs, inputs, outputs);
}

/**
 * The handle of a resource: TensorFlow's name for memory that operations change in place. tfjs has no tensor type
 * for it, so it is a bare number here and only `Variable` holds one.
 */
export type ResourceHandle = number;

/** An operation on a resource, such as `AssignVariableOp`; `inputs` follow the handles. */
export function resourceOp(
  name: string,
  attrs: readonly Attr[],
  handles: readonly ResourceHandle[],
  inputs: readonly Tensor[] = [],
): void {
  binding.executeOp(name, attrs, [...handles, ...backend.getInputTensorIds(inputs)], 0);
}

/** A tensor that shares the variable's memory. Dispose it before the variable is changed in place. */
export function readResource(handle: ResourceHandle): Tensor {
  return backend.createOutputTensor(only(binding.executeOp("ReadVariableOp", dtype, [handle], 1)));
}

function only(outputs: Output[]): Output {
  const [output] = outputs;
  if (!output) throw new Error("TensorFlow gave no output");
  return output;
}

/** Another one for each load of this file: a notebook loads it anew after an edit, and the old variables live on. */
const load = randomUUID();
let created = 0;

/** A new, uninitialised float32 variable. */
export function createResource(shape: number[]): ResourceHandle {
  // TensorFlow gives the same memory to handles of one shared name, hence a name of its own for each.
  const name = `xray-${load}-${created++}`;
  const attrs = [
    attr.type("dtype", float32),
    attr.shape("shape", shape),
    attr.string("shared_name", name),
    attr.string("container", ""),
  ];
  return only(binding.executeOp("VarHandleOp", attrs, [], 1)).id;
}

export function destroyResource(handle: ResourceHandle): void {
  binding.executeOp("DestroyResourceOp", [attr.bool("ignore_lookup_error", true)], [handle], 0);
  binding.deleteTensor(handle);
}

/** Whether TensorFlow computes on a GPU. */
export const usesGpu: boolean = backend.isUsingGpuDevice;

/** libtensorflow's own version. */
export const libtensorflowVersion: string = binding.TF_Version;
