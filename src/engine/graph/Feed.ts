/** Numbers for one input of one step. */
export interface FeedValue {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** An input of the graph, with who makes its numbers for a step over `n` items. */
export interface Feed {
  readonly name: string;
  readonly make: (n: number) => FeedValue;
}
