import type { Attr } from "../operations/binding.js";

/** A net in evaluation mode as plain data: TensorFlow operations from one input to one output, in their order. */
export interface InferenceGraph {
  readonly input: InferenceInput;
  /** The last one gives the graph's output, and has its name. */
  readonly nodes: readonly InferenceNode[];
  /** All that does not depend on the input, such as weights with a batch norm folded in. */
  readonly constants: ReadonlyMap<string, InferenceConstant>;
}

/** Float32 numbers. */
export interface InferenceInput {
  readonly name: string;
  /** -1 where any length will do. */
  readonly shape: readonly number[];
}

/** An operation with one output, which is known by the node's name. */
export interface InferenceNode {
  readonly name: string;
  /** TensorFlow's name of it. */
  readonly op: string;
  readonly attrs: readonly Attr[];
  /** Names of the input, of nodes before this one and of constants. */
  readonly inputs: readonly string[];
  /** The shape of its output, written as the input's is. */
  readonly shape: readonly number[];
}

/** Fixed numbers, row by row. */
export interface InferenceConstant {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}
