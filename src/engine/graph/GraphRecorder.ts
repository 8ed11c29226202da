import { attr, float32, int32 } from "../operations/attr.js";
import type { Attr, ResourceHandle } from "../operations/binding.js";
import type { Tensor } from "../Tensor.js";
import type { Variable } from "../Variable.js";
import type { Feed } from "./Feed.js";
import type { Graph, GraphFunction, GraphGroup, GraphNode } from "./Graph.js";
import type { OperationRecorder } from "./recording.js";

const types = { float32, int32 };
const dtype = (type: "float32" | "int32") => attr.type("dtype", types[type]);

/** What is known of a variable while a step is recorded. */
interface Traced {
  readonly node: string;
  /** The operation that changed it last. */
  changed?: string;
  /** The node that reads its present value, and who uses that. */
  read?: string;
  users: string[];
}

/**
 * Takes down operations as functions of a TensorFlow graph. Data flow gives most of the order; for variables,
 * control edges keep the recorded one: a read comes after the change before it, and a change after everything that
 * uses an earlier read, so that it happens in place and needs no copy.
 */
export class GraphRecorder implements OperationRecorder {
  private readonly nodes: GraphNode[] = [];
  /** Where a node is in `nodes`, by name. */
  private readonly places = new Map<string, number>();
  private readonly functions = new Map<string, GraphFunction>();
  private readonly zero: string;
  /** The inputs of the function that is being recorded. */
  private feeds: Feed[] = [];
  private preparations: string[] = [];
  private hoisted: string[] = [];
  private readonly traced = new Map<ResourceHandle, Traced>();
  /** The node and output that made a tensor, by its data: a clone is the same tensor. */
  private readonly made = new WeakMap<object, string>();
  /** The variable that a read belongs to. */
  private readonly readOf = new Map<string, Traced>();
  private readonly constants = new Map<string, string>();

  /** @param groups every variable that is read or changed, in groups that are later set together */
  constructor(private readonly groups: readonly (readonly Variable[])[]) {
    this.zero = this.node("Const", [], [dtype("float32")], { dtype: "float32", shape: [], values: [0] });
    groups.flat().forEach(({ shape, handle }, i) => {
      this.traced.set(handle, { node: this.handle(shape, `variable_${i}`), users: [] });
    });
  }

  operation(
    name: string,
    attrs: readonly Attr[],
    inputs: readonly Tensor[],
    outputs: readonly Tensor[],
    after?: Tensor,
  ): void {
    const sources = inputs.map((input) => this.sourceOf(input, name));
    const edges = after ? [`^${this.sourceOf(after, name).split(":")[0] ?? ""}`] : [];
    const node = this.node(name, [...sources, ...edges], attrs);
    for (const source of sources) this.readOf.get(source)?.users.push(node);
    outputs.forEach((output, i) => this.made.set(output.dataId, i === 0 ? node : `${node}:${i}`));
  }

  change(
    name: string,
    attrs: readonly Attr[],
    handles: readonly ResourceHandle[],
    inputs: readonly Tensor[],
  ): void {
    const changed = handles.map((handle) => this.tracedOf(handle));
    const sources = inputs.map((input) => this.sourceOf(input, name));
    const after = changed.flatMap((variable) => [variable.changed ?? [], variable.users].flat());
    const edges = this.last(after, sources).map((node) => `^${node}`);
    const node = this.node(name, [...changed.map((variable) => variable.node), ...sources, ...edges], attrs);
    for (const source of sources) this.readOf.get(source)?.users.push(node);
    for (const variable of changed) {
      variable.changed = node;
      variable.read = undefined;
      variable.users = [];
    }
  }

  read(handle: ResourceHandle, tensor: Tensor): void {
    const variable = this.tracedOf(handle);
    if (variable.read === undefined) {
      const edges = variable.changed === undefined ? [] : [`^${variable.changed}`];
      variable.read = this.node("ReadVariableOp", [variable.node, ...edges], [dtype("float32")]);
      variable.users.push(variable.read);
      this.readOf.set(variable.read, variable);
    }
    this.made.set(tensor.dataId, variable.read);
  }

  constant(tensor: Tensor, values: readonly number[], type: "int32" | "float32"): void {
    const key = `${type} ${tensor.shape.join()} ${values.join()}`;
    let name = this.constants.get(key);
    if (name === undefined) {
      name = this.node("Const", [], [dtype(type)], { dtype: type, shape: tensor.shape, values });
      this.constants.set(key, name);
    }
    this.made.set(tensor.dataId, name);
  }

  feed(tensor: Tensor, make: Feed["make"]): void {
    // The first axis is the batch's, and the next batch may have another length.
    const shape = tensor.shape.map((size, axis) => (axis === 0 ? -1 : size));
    const type = dtype(tensor.dtype === "int32" ? "int32" : "float32");
    const name = this.node("Placeholder", [], [type, attr.shape("shape", shape)]);
    this.feeds.push({ name, make });
    this.made.set(tensor.dataId, name);
  }

  /** It is computed once, by the function's `prepare`, and then kept. */
  hoist(tensor: Tensor): void {
    const source = this.sourceOf(tensor, "hoist");
    const variable = this.handle(tensor.shape, `hoisted_${this.nodes.length}`);
    this.hoisted.push(variable);
    this.preparations.push(this.node("AssignVariableOp", [variable, source], [dtype("float32")]));
    this.made.set(tensor.dataId, this.node("ReadVariableOp", [variable], [dtype("float32")]));
  }

  /** Takes down what `body` does as the function `name`; it returns the results. */
  function(name: string, body: () => readonly Tensor[]): void {
    const results = body();
    const changes = [...this.traced.values()].flatMap(({ changed }) => changed ?? []);
    const outputs = results.map((result, i) =>
      this.done(this.sourceOf(result, name), i === 0 ? changes : []),
    );
    const prepare = this.done(this.zero, this.preparations);
    const released = this.hoisted.map((variable) => this.destroyed(variable));
    const release = this.done(this.zero, released);
    this.functions.set(name, { feeds: this.feeds, outputs, prepare, release });
    [this.feeds, this.preparations, this.hoisted] = [[], [], []];
    // The next function is run by itself: nothing of it waits for this one.
    for (const variable of this.traced.values()) {
      variable.changed = undefined;
      variable.read = undefined;
      variable.users = [];
    }
    this.readOf.clear();
  }

  finish(): Graph {
    const variables = this.groups.flat();
    const reads = new Map(
      variables.map((variable) => {
        const { node } = this.tracedOf(variable.handle);
        return [variable, this.node("ReadVariableOp", [node], [dtype("float32")])];
      }),
    );
    const groups = this.groups.map((group) => this.settersOf(group, reads));
    return { nodes: this.nodes, functions: this.functions, variables, reads: [...reads.values()], groups };
  }

  /**
   * The nodes among `after` that nothing else here waits for: an edge to another would say nothing new, and a node
   * with an edge of that kind cannot be fused with the next.
   */
  private last(after: readonly string[], sources: readonly string[]): string[] {
    const open = new Set(after);
    const first = Math.min(...[...open].map((node) => this.places.get(node) ?? 0));
    const seen = new Set<number>();
    const toVisit = [...sources, ...[...open].flatMap((node) => this.inputsOf(node))];
    for (let next = toVisit.pop(); next !== undefined; next = toVisit.pop()) {
      const node = next.replace(/^\^/, "").split(":")[0] ?? "";
      const place = this.places.get(node) ?? -1;
      if (place < first || seen.has(place)) continue;
      seen.add(place);
      open.delete(node);
      toVisit.push(...this.inputsOf(node));
    }
    return [...open];
  }

  private inputsOf(node: string): readonly string[] {
    return this.nodes[this.places.get(node) ?? -1]?.inputs ?? [];
  }

  private settersOf(variables: readonly Variable[], reads: ReadonlyMap<Variable, string>): GraphGroup {
    const { zero } = this;
    const inputs = variables.map(() => this.node("Placeholder", [], [dtype("float32")]));
    const set = ({ handle }: Variable, value: string) =>
      this.node("AssignVariableOp", [this.tracedOf(handle).node, value], [dtype("float32")]);
    // A copy, since fed values lie in JavaScript's memory, which only JavaScript's thread may let go of, and a
    // change of the variable lets go of its old memory on one of TensorFlow's.
    const assignments = variables.map((variable, i) =>
      set(variable, this.node("DeepCopy", [inputs[i] ?? ""], [attr.type("T", float32)])),
    );
    const cleared = variables.map((variable) => {
      const { shape } = variable;
      const values = { dtype: "int32", shape: [shape.length], values: shape } as const;
      const sizes = this.node("Const", [], [dtype("int32")], values);
      return set(
        variable,
        this.node("Fill", [sizes, zero], [attr.type("T", float32), attr.type("index_type", int32)]),
      );
    });
    const released = variables.map((variable) =>
      this.destroyed(this.tracedOf(variable.handle).node, reads.get(variable)),
    );
    return {
      inputs,
      assign: this.done(zero, assignments),
      clear: this.done(zero, cleared),
      release: this.done(zero, released),
    };
  }

  /** A node with the value of `source` that runs after the others. */
  private done(source: string, others: readonly string[]): string {
    return this.node("Identity", [source, ...others.map((node) => `^${node}`)], [attr.type("T", float32)]);
  }

  private destroyed(handle: string, after?: string): string {
    const edges = after === undefined ? [] : [`^${after}`];
    return this.node("DestroyResourceOp", [handle, ...edges], [attr.bool("ignore_lookup_error", true)]);
  }

  private handle(shape: readonly number[], shared: string): string {
    return this.node(
      "VarHandleOp",
      [],
      [
        dtype("float32"),
        attr.shape("shape", [...shape]),
        attr.string("shared_name", shared),
        attr.string("container", ""),
      ],
    );
  }

  private tracedOf(handle: ResourceHandle): Traced {
    const variable = this.traced.get(handle);
    if (!variable) throw new Error("the recorded step uses a variable that was not declared");
    return variable;
  }

  private sourceOf(tensor: Tensor, user: string): string {
    const source = this.made.get(tensor.dataId);
    if (source === undefined) {
      throw new Error(
        `${user} takes a tensor [${tensor.shape.join(", ")}] that was not recorded: ` +
          "make it by an operation of engine/operations, by constant() or by feed()",
      );
    }
    return source;
  }

  private node(
    op: string,
    inputs: readonly string[],
    attrs: readonly Attr[],
    tensor?: GraphNode["tensor"],
  ): string {
    const name = `${op}_${this.nodes.length}`;
    this.places.set(name, this.nodes.length);
    this.nodes.push({ name, op, inputs, attrs, tensor });
    return name;
  }
}
