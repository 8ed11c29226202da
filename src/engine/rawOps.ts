import { randomUUID } from "node:crypto";
import { currentRecorder } from "./graph/recording.js";
import { type Tensor, tf } from "./tensorflow.js";

/**
 * TensorFlow operations by their own names, one call each. tfjs composes batch normalisation, the gradient of
 * ReLU and Adam from elementwise kernels, at three times the cost of a whole train step; TensorFlow has each as a
 * single operation, and this is the way to it.
 */

export type AttrType = "TYPE" | "INT" | "FLOAT" | "BOOL" | "STRING" | "SHAPE";

/** An operation's attribute, such as its padding. */
export interface Attr {
  readonly name: string;
  /** The binding's number for `kind`. */
  readonly type: number;
  readonly kind: AttrType;
  readonly value: boolean | number | string | number[];
}

interface Output {
  readonly id: number;
}

/** tfjs-node's native binding, as far as it is used here. */
interface Binding {
  readonly TF_Version: string;
  executeOp(name: string, attrs: readonly Attr[], inputIds: readonly number[], outputs: number): Output[];
  deleteTensor(id: number): void;
  loadSavedModel(folder: string, tags: string): number;
  runSavedModel(id: number, inputIds: readonly number[], inputs: string, outputs: string): Output[];
  deleteSavedModel(id: number): void;
}

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

let used: Backend | undefined;

/** The first call loads libtensorflow; the file itself must be imported without it. */
const backend = (): Backend => (used ??= tf.backend() as unknown as Backend);
const binding = (): Binding => backend().binding;

/** `TF_AttrType` of TensorFlow's C interface, whose numbers stay the same. */
const attrTypes: Readonly<Record<AttrType, number>> = {
  STRING: 0,
  INT: 1,
  FLOAT: 2,
  BOOL: 3,
  TYPE: 4,
  SHAPE: 5,
};

const make = (kind: AttrType, name: string, value: Attr["value"]): Attr => ({
  name,
  type: attrTypes[kind],
  kind,
  value,
});

export const attr = {
  type: (name: string, value: number): Attr => make("TYPE", name, value),
  int: (name: string, value: number | number[]): Attr => make("INT", name, value),
  float: (name: string, value: number): Attr => make("FLOAT", name, value),
  bool: (name: string, value: boolean): Attr => make("BOOL", name, value),
  string: (name: string, value: string): Attr => make("STRING", name, value),
  shape: (name: string, value: number[]): Attr => make("SHAPE", name, value),
};

/** `TF_DataType` of the same interface. */
export const float32 = 1;
export const int32 = 3;
/** The attribute that most operations want: their element type, float32. */
export const T = attr.type("T", float32);
const dtype = [attr.type("dtype", float32)];

/** One operation with one output. */
export function op(name: string, attrs: readonly Attr[], inputs: readonly Tensor[]): Tensor {
  const tensor = backend().executeSingleOutput(name, attrs, inputs);
  currentRecorder()?.operation(name, attrs, inputs, [tensor]);
  return tensor;
}

/** x again, which a recorded graph gives no sooner than it has `first`. */
export function identityAfter(x: Tensor, first: Tensor): Tensor {
  const tensor = backend().executeSingleOutput("Identity", [T], [x]);
  currentRecorder()?.operation("Identity", [T], [x], [tensor], first);
  return tensor;
}

/** One operation with `outputs` outputs. */
export function opOutputs(
  name: string,
  attrs: readonly Attr[],
  inputs: readonly Tensor[],
  outputs: number,
): Tensor[] {
  const tensors = backend().executeMultipleOutputs(name, attrs, inputs, outputs);
  currentRecorder()?.operation(name, attrs, inputs, tensors);
  return tensors;
}

/** A tensor of fixed numbers, such as an operation's axes. */
export function constant(
  values: readonly number[],
  dtype: "int32" | "float32",
  shape = [values.length],
): Tensor {
  const tensor = tf.tensor([...values], shape, dtype);
  currentRecorder()?.constant(tensor, values, dtype);
  return tensor;
}

/**
 * The handle of a resource: TensorFlow's name for memory that operations change in place. tfjs has no tensor type
 * for it, so it is a bare number here and only `Variable` holds one.
 */
export type ResourceHandle = number;

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
  return only(binding().executeOp("VarHandleOp", attrs, [], 1)).id;
}

export function destroyResource(handle: ResourceHandle): void {
  releaseResource(handle);
  binding().deleteTensor(handle);
}

/** A loaded graph with its own variables. */
export type SessionHandle = number;

/** Loads the SavedModel in `folder`; the file is not needed afterwards. */
export function loadSession(folder: string, tag: string): SessionHandle {
  return binding().loadSavedModel(folder, tag);
}

/**
 * Runs what the outputs need, given the inputs.
 * @param names of nodes, in the order of `inputs`
 */
export function runSession(
  session: SessionHandle,
  names: readonly string[],
  inputs: readonly Tensor[],
  outputs: readonly string[],
): Tensor[] {
  const list = (nodes: readonly string[]) => nodes.map((node) => `${node}:0`).join(",");
  const made = binding().runSavedModel(
    session,
    backend().getInputTensorIds(inputs),
    list(names),
    list(outputs),
  );
  return made.map((output) => backend().createOutputTensor(output));
}

export function deleteSession(session: SessionHandle): void {
  binding().deleteSavedModel(session);
}

/** Whether TensorFlow computes on a GPU. */
export const usesGpu = (): boolean => backend().isUsingGpuDevice;

/** libtensorflow's own version. */
export const libtensorflowVersion = (): string => binding().TF_Version;
