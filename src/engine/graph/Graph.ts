import type { Attr } from "../operations/binding.js";
import type { Variable } from "../Variable.js";
import type { Feed } from "./Feed.js";

/** A node of a TensorFlow graph. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** `node` or `node:output`; after the data, `^node` for "runs after it". */
  readonly inputs: readonly string[];
  readonly attrs: readonly Attr[];
  /** A `Const` node's value. */
  readonly tensor?: ConstantTensor;
}

export interface ConstantTensor {
  readonly dtype: "int32" | "float32";
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** Something recorded that can be run. */
export interface GraphFunction {
  readonly feeds: readonly Feed[];
  /** Running these gives the results and makes the recorded changes. */
  readonly outputs: readonly string[];
  /** Running this node computes what is the same in every run, until the variables change. */
  readonly prepare: string;
  /** Running this node frees what `prepare` computed. */
  readonly release: string;
}

/** Recorded functions over shared variables. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly functions: ReadonlyMap<string, GraphFunction>;
  readonly variables: readonly Variable[];
  /** For each variable the node that reads it. */
  readonly reads: readonly string[];
  /** The groups that the variables are set by, in the variables' order. */
  readonly groups: readonly GraphGroup[];
}

/** Variables that are set together. */
export interface GraphGroup {
  /** For each variable the input of its new value. */
  readonly inputs: readonly string[];
  /** Running this node sets the group to the inputs. */
  readonly assign: string;
  /** Running this node sets the group to zeros. */
  readonly clear: string;
  /** Running this node frees the group's memory, once the group's `reads` have run. */
  readonly release: string;
}
