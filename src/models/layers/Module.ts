import { inspect } from "node:util";
import type { Random } from "../../core/Random.js";
import { release } from "../../engine/references.js";
import type { Tensor } from "../../engine/Tensor.js";
import type { Parameter, Variable } from "../../engine/Variable.js";

/** What a forward pass is for. */
export interface Pass {
  /** True: batch statistics, dropout, and everything kept that the backward pass needs. */
  readonly training: boolean;
  /** In evaluation: layers keep what the gradient for their input needs. */
  readonly differentiable?: boolean;
  /** Draws dropout's masks; needed when training. */
  readonly random?: Random;
  /** A `Stage` keeps only its input, and is computed again in the backward pass. */
  readonly checkpointing?: boolean;
  /** In a stage, the first time of two: nothing is kept, since the second time does. */
  readonly skipSaving?: boolean;
  /** The second time: the running statistics have these batches already. */
  readonly isRecompute?: boolean;
  /** Told of each layer and its output, in evaluation. */
  readonly observe?: (layer: Module, y: Tensor) => void;
}

/** Whether a backward pass follows that needs what this pass computed. */
export const savesForBackward = ({ training, differentiable = false, skipSaving = false }: Pass): boolean =>
  (training || differentiable) && !skipSaving;

/**
 * A differentiable piece of a net, with its gradient written out beside it.
 *
 * Ownership: `forward` leaves its input to the caller and gives its output to the caller. `backward` takes `dy`
 * over and gives the input's gradient to the caller. One training pass is in flight at a time: each `forward`
 * with `training` is followed by one `backward`.
 */
export abstract class Module {
  /** The layer's output for a batch. */
  abstract forward(x: Tensor, pass: Pass): Tensor;

  /**
   * Adds to the gradients of the parameters that are trained.
   * @param needsInputGrad false lets the layer skip the gradient for its input, and return undefined
   */
  abstract backward(dy: Tensor, needsInputGrad: boolean): Tensor | undefined;

  /** The parts this module is made of, in the order of the forward pass. */
  children(): readonly Module[] {
    return [];
  }

  /** This module's own parameters, without its children's. */
  ownParameters(): readonly Parameter[] {
    return [];
  }

  /** This module's own state that is not trained by gradients. */
  ownBuffers(): readonly Variable[] {
    return [];
  }

  /** What a notebook or `console.log` shows: the weights themselves would fill pages. */
  [inspect.custom](): string {
    const parameters = this.parameters();
    const size = parameters.reduce(
      (sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1),
      0,
    );
    const layers = [...this.modules()].length;
    return `${this.constructor.name}: ${layers} layers, ${size.toLocaleString("en")} parameters`;
  }

  /** This module and all below it, in the order of the forward pass. */
  *modules(): Generator<Module> {
    yield this;
    for (const child of this.children()) yield* child.modules();
  }

  /** All that gradients train, in this module and below. */
  parameters(): Parameter[] {
    return [...this.modules()].flatMap((module) => module.ownParameters());
  }

  /** All state that gradients do not train, in this module and below: running statistics. */
  buffers(): Variable[] {
    return [...this.modules()].flatMap((module) => module.ownBuffers());
  }

  /** Parameters and buffers: all that a checkpoint holds. */
  state(): Variable[] {
    return [...this.modules()].flatMap((module) => [...module.ownParameters(), ...module.ownBuffers()]);
  }

  /** Whether any parameter in it is trained. */
  requiresGrad(): boolean {
    return this.parameters().some((parameter) => parameter.requiresGrad);
  }

  /** Frees the memory of all state. */
  dispose(): void {
    for (const variable of this.state()) variable.dispose();
  }
}

/** What a layer kept of its forward pass; taken once by the backward pass. */
export class Saved<S extends Record<string, Tensor | undefined>> {
  private state: S | undefined;

  constructor(private readonly owner: string) {}

  put(state: S): void {
    this.state = state;
  }

  take(): S {
    const state = this.state;
    if (state === undefined) throw new Error(`${this.owner}: backward without a training pass before it`);
    this.state = undefined;
    return state;
  }
}

/** Releases every tensor of a layer's saved state. */
export function releaseAll(saved: Record<string, Tensor | undefined>): void {
  for (const tensor of Object.values(saved)) if (tensor) release(tensor);
}
