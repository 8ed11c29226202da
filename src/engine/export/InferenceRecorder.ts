import type { OperationRecorder } from "../graph/recording.js";
import type { Attr } from "../operations/binding.js";
import type { Tensor } from "../Tensor.js";
import type { InferenceConstant, InferenceGraph, InferenceInput, InferenceNode } from "./InferenceGraph.js";

/** Where a tensor comes from. */
interface TensorSource {
  /** Whether it depends on the input. What does not is a constant. */
  readonly varies: boolean;
  /** In the graph; a constant has one from its first use on. */
  name?: string;
}

/**
 * Takes down what a net computes from one input, with the variables' present values. Since operations are carried
 * out while they are recorded, whatever does not depend on the input is known by then: folded weights and the like
 * become constants, and the operations that made them are left out.
 */
export class InferenceRecorder implements OperationRecorder {
  private readonly nodes: InferenceNode[] = [];
  private readonly constants = new Map<string, InferenceConstant>();
  private input: InferenceInput | undefined;
  /** By the tensor's data: a clone is the same tensor. */
  private readonly sources = new WeakMap<object, TensorSource>();

  operation(op: string, attrs: readonly Attr[], inputs: readonly Tensor[], outputs: readonly Tensor[]): void {
    const varies = inputs.some((input) => this.sourceOf(input, op).varies);
    if (!varies) {
      for (const output of outputs) this.sources.set(output.dataId, { varies });
      return;
    }
    const [output] = outputs;
    if (!output || outputs.length > 1) throw new Error(`${op} has ${outputs.length} outputs, not one`);
    const name = `${op}_${this.nodes.length}`;
    const names = inputs.map((input) => this.nameOf(input, op));
    this.nodes.push({ name, op, attrs, inputs: names, shape: openShape(output) });
    this.sources.set(output.dataId, { varies, name });
  }

  change(op: string): void {
    throw new Error(`${op} changes a variable, and inference changes nothing`);
  }

  read(_: number, tensor: Tensor): void {
    this.sources.set(tensor.dataId, { varies: false });
  }

  constant(tensor: Tensor): void {
    this.sources.set(tensor.dataId, { varies: false });
  }

  /** The graph's input, of which all axes but the last may have another length. */
  feed(tensor: Tensor): void {
    if (this.input) throw new Error("an inference graph has one input");
    const name = "images";
    this.input = { name, shape: openShape(tensor) };
    this.sources.set(tensor.dataId, { varies: true, name });
  }

  hoist(tensor: Tensor): void {
    if (this.sourceOf(tensor, "hoist").varies) throw new Error("what is hoisted depends on the input");
  }

  /**
   * What was taken down.
   * @param output the last operation's
   * @param name what it is to be called
   */
  finish(output: Tensor, name: string): InferenceGraph {
    const { input, nodes, constants } = this;
    const last = nodes.at(-1);
    if (!input || !last || this.sourceOf(output, "finish").name !== last.name) {
      throw new Error("an inference graph ends with the operation that gives its output");
    }
    return { input, nodes: [...nodes.slice(0, -1), { ...last, name }], constants };
  }

  private sourceOf(tensor: Tensor, user: string): TensorSource {
    const source = this.sources.get(tensor.dataId);
    if (!source) throw new Error(`${user} takes a tensor [${tensor.shape.join(", ")}] that was not recorded`);
    return source;
  }

  private nameOf(tensor: Tensor, user: string): string {
    const source = this.sourceOf(tensor, user);
    source.name ??= this.keep(tensor);
    return source.name;
  }

  private keep(tensor: Tensor): string {
    const name = `constant_${this.constants.size}`;
    const values = tensor.dataSync<"float32" | "int32">().slice() as InferenceConstant["values"];
    this.constants.set(name, { shape: tensor.shape, values });
    return name;
  }
}

/** The last axis has the channels or features, which are the net's; the others follow the images. */
const openShape = ({ shape }: Tensor): number[] => [...shape.slice(0, -1).map(() => -1), ...shape.slice(-1)];
