import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { deleteSession, loadSession, runSession, type SessionHandle } from "../rawOps.js";
import { type Tensor, tf } from "../tensorflow.js";
import type { FeedValue, Graph, GraphGroup } from "./Graph.js";
import { savedModel, savedModelTag } from "./savedModel.js";

/** A recorded graph as plain data, which another thread can load. */
export interface GraphProgram {
  /** The SavedModel file. */
  readonly file: Uint8Array;
  readonly shapes: readonly (readonly number[])[];
  readonly feeds: readonly string[];
  readonly step: string;
  readonly reads: readonly string[];
  readonly groups: readonly GraphGroup[];
}

export function programOf({ nodes, feeds, variables, step, reads, groups }: Graph): GraphProgram {
  const shapes = variables.map(({ shape }) => shape);
  return { file: savedModel(nodes), shapes, feeds: feeds.map(({ name }) => name), step, reads, groups };
}

/**
 * A graph with its variables, ready to run. TensorFlow plans it once, runs operations that do not wait for each
 * other side by side, and gives their memory on from one to the next.
 */
export class GraphSession {
  private readonly session: SessionHandle;

  constructor(private readonly program: GraphProgram) {
    const folder = mkdtempSync(path.join(tmpdir(), "xray-graph-"));
    try {
      writeFileSync(path.join(folder, "saved_model.pb"), program.file);
      this.session = loadSession(folder, savedModelTag);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** Sets the variables of a group, without values to zeros. */
  assign(group: number, values?: readonly Float32Array[]): void {
    const { groups, shapes } = this.program;
    const { inputs, assign, clear } = groups[group] ?? missing(group);
    const first = groups.slice(0, group).reduce((count, before) => count + before.inputs.length, 0);
    const tensors = values?.map((numbers, i) =>
      tf.tensor(numbers, [...(shapes[first + i] ?? [])], "float32"),
    );
    dispose(run(this.session, tensors ? inputs : [], tensors ?? [], [tensors ? assign : clear]));
  }

  /** One step: the recorded function's value before the step's changes. */
  step(feeds: readonly FeedValue[]): number {
    const inputs = feeds.map(({ shape, values }) =>
      tf.tensor(values, [...shape], values instanceof Int32Array ? "int32" : "float32"),
    );
    const outputs = run(this.session, this.program.feeds, inputs, [this.program.step]);
    const value = outputs[0]?.dataSync<"float32">()[0] ?? NaN;
    dispose(outputs);
    return value;
  }

  /** Copies of some variables' values, by their place in the program. */
  read(places: readonly number[]): Float32Array[] {
    const outputs = run(
      this.session,
      [],
      [],
      places.map((place) => this.program.reads[place] ?? ""),
    );
    const values = outputs.map((output) => output.dataSync<"float32">());
    dispose(outputs);
    return values;
  }

  /** Frees the memory of a group's variables; assigned anew, they live again. */
  release(group: number): void {
    const { release } = this.program.groups[group] ?? missing(group);
    dispose(run(this.session, [], [], [release]));
  }

  close(): void {
    deleteSession(this.session);
  }
}

function run(
  session: SessionHandle,
  names: readonly string[],
  inputs: readonly Tensor[],
  outputs: readonly string[],
): Tensor[] {
  try {
    return runSession(session, names, inputs, outputs);
  } finally {
    dispose(inputs);
  }
}

function missing(group: number): never {
  throw new RangeError(`the graph has no group ${group}`);
}

function dispose(tensors: readonly Tensor[]): void {
  for (const tensor of tensors) tensor.dispose();
}
