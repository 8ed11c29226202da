import type { Tensor } from "../Tensor.js";
import { tf } from "../tensorflow.js";

export type AttrType = "TYPE" | "INT" | "FLOAT" | "BOOL" | "STRING" | "SHAPE";

/** An operation's attribute, such as its padding. */
export interface Attr {
  readonly name: string;
  /** The binding's number for `kind`. */
  readonly type: number;
  readonly kind: AttrType;
  readonly value: boolean | number | string | number[];
}

/** A tensor that TensorFlow gave, by its number. */
export interface Output {
  readonly id: number;
}

/**
 * The handle of a resource: TensorFlow's name for memory that operations change in place. tfjs has no tensor type
 * for it, so it is a bare number here and only `Variable` holds one.
 */
export type ResourceHandle = number;

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

/** The first call loads libtensorflow; importing a file that uses it must not. */
export const backend = (): Backend => (used ??= tf.backend() as unknown as Backend);
export const binding = (): Binding => backend().binding;

/** Whether TensorFlow computes on a GPU. */
export const usesGpu = (): boolean => backend().isUsingGpuDevice;

/** libtensorflow's own version. */
export const libtensorflowVersion = (): string => binding().TF_Version;
