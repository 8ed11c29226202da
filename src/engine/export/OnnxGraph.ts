/** An ONNX graph with one input and one output, both float32. */
export interface OnnxGraph {
  readonly input: OnnxPort;
  readonly output: OnnxPort;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
}

/** An input or output: each axis of a fixed length, or of one known by name. */
export interface OnnxPort {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

/** An operation of ONNX's own set, with one output. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, number | readonly number[]>>;
}

/** A constant, row by row: float32 or int64. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}
