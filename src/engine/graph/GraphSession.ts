import { writeFileSync } from "node:fs";
import path from "node:path";
import { temporaryFolder } from "../../core/temporaryFolder.js";
import { fedTensor } from "../feed.js";
import { deleteSession, loadSession, runSession, type SessionHandle } from "./runSession.js";
import type { Tensor } from "../Tensor.js";
import { tf } from "../tensorflow.js";
import type { FeedValue } from "./Feed.js";
import type { Graph, GraphFunction, GraphGroup } from "./Graph.js";
import { savedModel, savedModelTag } from "./savedModel.js";

/** A group's new values; without them it is set to zeros. */
export interface GroupSetting {
  readonly group: number;
  readonly values?: readonly Float32Array[];
}

/** A recorded graph as plain data, which another thread can load. */
export interface GraphProgram {
  /** The SavedModel file. */
  readonly file: Uint8Array;
  readonly shapes: readonly (readonly number[])[];
  readonly functions: ReadonlyMap<string, ProgramFunction>;
  readonly reads: readonly string[];
  readonly groups: readonly GraphGroup[];
}

/** A function of the program, with its inputs' names. */
export type ProgramFunction = Omit<GraphFunction, "feeds"> & { readonly feeds: readonly string[] };

export function programOf({ nodes, functions, variables, reads, groups }: Graph): GraphProgram {
  const shapes = variables.map(({ shape }) => shape);
  const plain = [...functions].map(([name, made]) => {
    return [name, { ...made, feeds: made.feeds.map((feed) => feed.name) }] as const;
  });
  return { file: savedModel(nodes), shapes, functions: new Map(plain), reads, groups };
}

/**
 * A graph with its variables, ready to run. TensorFlow plans it once, runs operations that do not wait for each
 * other side by side, and gives their memory on from one to the next.
 */
export class GraphSession {
  private readonly session: SessionHandle;

  constructor(private readonly program: GraphProgram) {
    const folder = temporaryFolder("graph");
    try {
      writeFileSync(path.join(folder.path, "saved_model.pb"), program.file);
      this.session = loadSession(folder.path, savedModelTag);
    } finally {
      folder.remove();
    }
  }

  /** Sets groups of variables, in one run: TensorFlow plans each kind of run for itself. */
  assign(settings: readonly GroupSetting[]): void {
    const { shapes } = this.program;
    const set = settings.map(({ group, values }) => ({ ...this.group(group), values }));
    const inputs = set.flatMap(({ inputs, values }) => (values ? inputs : []));
    const tensors = set.flatMap(({ first, values = [] }) =>
      values.map((numbers, i) => tf.tensor(numbers, [...(shapes[first + i] ?? [])], "float32")),
    );
    const outputs = set.map(({ assign, clear, values }) => (values ? assign : clear));
    dispose(run(this.session, inputs, tensors, outputs));
  }

  /** Runs a recorded function. @returns its results */
  run(name: string, feeds: readonly FeedValue[]): Float32Array[] {
    const { outputs, feeds: names } = this.function(name);
    return valuesOf(run(this.session, names, feeds.map(fedTensor), outputs));
  }

  /** Computes what is the same in every run of a function; after the variables changed, once more. */
  prepare(name: string): void {
    dispose(run(this.session, [], [], [this.function(name).prepare]));
  }

  /** Frees what `prepare` computed. */
  releasePrepared(name: string): void {
    dispose(run(this.session, [], [], [this.function(name).release]));
  }

  /** Copies of some variables' values, by their place in the program. */
  read(places: readonly number[]): Float32Array[] {
    const reads = places.map((place) => this.program.reads[place] ?? "");
    return valuesOf(run(this.session, [], [], reads));
  }

  /** Copies of a group's values, whose memory is freed; assigned anew, the variables live again. */
  take(group: number): Float32Array[] {
    const { first, inputs, release } = this.group(group);
    const reads = this.program.reads.slice(first, first + inputs.length);
    const tensors = run(this.session, [], [], [...reads, release]);
    dispose(tensors.splice(-1));
    return valuesOf(tensors);
  }

  close(): void {
    deleteSession(this.session);
  }

  /** A group, with the place of its first variable. */
  private group(group: number): GraphGroup & { readonly first: number } {
    const { groups } = this.program;
    const found = groups[group];
    if (!found) throw new RangeError(`the graph has no group ${group}`);
    return { ...found, first: groups.slice(0, group).reduce((sum, { inputs }) => sum + inputs.length, 0) };
  }

  private function(name: string): ProgramFunction {
    const found = this.program.functions.get(name);
    if (!found) throw new RangeError(`the graph has no function ${name}`);
    return found;
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

/** Copies of the tensors' values; the tensors are disposed. */
function valuesOf(tensors: readonly Tensor[]): Float32Array[] {
  const values = tensors.map((tensor) => tensor.dataSync<"float32">());
  dispose(tensors);
  return values;
}

function dispose(tensors: readonly Tensor[]): void {
  for (const tensor of tensors) tensor.dispose();
}
