import { acrossReloads } from "../core/acrossReloads.js";
import { currentRecorder } from "./graph/recording.js";
import { attr, float32 } from "./operations/attr.js";
import type { ResourceHandle } from "./operations/binding.js";
import { add } from "./operations/mathOps.js";
import {
  createResource,
  destroyResource,
  initializeResource,
  readResource,
  releaseResource,
  resourceOp,
} from "./operations/resource.js";
import type { Tensor } from "./Tensor.js";
import { tf } from "./tensorflow.js";

const dtype = [attr.type("dtype", float32)];

/**
 * Frees the memory of variables that nothing refers to any more, such as those of a learner whose name in a notebook
 * stands for another one now. JavaScript knows nothing of that memory: see `collectGarbage`.
 */
const unreachable = acrossReloads(
  "unreachableVariables",
  () => new FinalizationRegistry<ResourceHandle>(destroyResource),
);

/**
 * Float32 memory that operations change in place: a weight, a running statistic, an optimizer's moment.
 * `read()` gives a tensor on the same memory; while such a tensor lives, an in-place change copies first.
 */
export class Variable {
  readonly size: number;
  private readonly resource: ResourceHandle;
  /** Whether it has been given values, here or elsewhere. */
  private isSet = false;
  private alive = true;
  private syncFromThread: (() => void) | undefined;
  private assignments = 0;

  /** Starts as zeros unless `values` (row by row, `size` of them) are given. */
  constructor(
    readonly name: string,
    readonly shape: readonly number[],
    values?: Float32Array,
  ) {
    this.size = shape.reduce((product, n) => product * n, 1);
    if (values && values.length !== this.size) {
      throw new RangeError(`${name} [${shape.join(", ")}] takes ${this.size} values, not ${values.length}`);
    }
    this.resource = createResource([...shape]);
    unreachable.register(this, this.resource, this);
    if (values) this.assignValues(values);
  }

  /** What operations are given that change the values in place. */
  get handle(): ResourceHandle {
    this.setZeros();
    return this.resource;
  }

  /**
   * The caller disposes the tensor. Values that are elsewhere, after `offload`, come back first.
   */
  read(): Tensor {
    this.syncFromThread?.();
    this.setZeros();
    return readResource(this.resource);
  }

  /** Takes the tensor's memory; the caller still disposes the tensor. */
  assign(value: Tensor): void {
    resourceOp("AssignVariableOp", dtype, [this.resource], [value]);
    // What is recorded is not carried out.
    this.isSet ||= currentRecorder() === undefined;
    this.syncFromThread = undefined;
    this.assignments++;
  }

  /** Another number after each assignment; changes in place by an optimizer do not count. */
  get version(): number {
    return this.assignments;
  }

  /** Whether the values are elsewhere, after `offload`. */
  get isRemote(): boolean {
    return this.syncFromThread !== undefined;
  }

  /**
   * Frees the memory: until the next assignment the values are elsewhere.
   * @param syncFromThread assigns them, or throws; called when they are read before
   */
  offload(syncFromThread: () => void): void {
    releaseResource(this.resource);
    this.isSet = true;
    this.syncFromThread = syncFromThread;
  }

  assignValues(values: Float32Array): void {
    const value = tf.tensor(values, [...this.shape], "float32");
    this.assign(value);
    value.dispose();
  }

  /**
   * Gives it zeros where nothing has given it values before they are asked for. Nearly always something has, such as a file of
   * weights, and memory for zeros beside them would be left in pieces.
   */
  private setZeros(): void {
    if (this.isSet) return;
    const zeros = tf.fill([...this.shape], 0);
    initializeResource(this.resource, zeros);
    zeros.dispose();
    this.isSet = true;
  }

  /** this += value */
  assignAdd(value: Tensor): void {
    resourceOp("AssignAddVariableOp", dtype, [this.handle], [value]);
  }

  /** this -= value */
  assignSub(value: Tensor): void {
    resourceOp("AssignSubVariableOp", dtype, [this.handle], [value]);
  }

  /** A copy of the values, row by row. */
  values(): Float32Array {
    const tensor = this.read();
    const values = tensor.dataSync<"float32">().slice();
    tensor.dispose();
    return values;
  }

  dispose(): void {
    if (!this.alive) return;
    this.alive = false;
    unreachable.unregister(this);
    destroyResource(this.resource);
  }
}

/** A variable that is trained. */
export class Parameter extends Variable {
  /** False keeps it as it is: no gradient is computed for it. */
  requiresGrad = true;
  /** d loss / d this, from the backward pass until the optimizer's step. */
  grad: Tensor | undefined;

  /** Takes the tensor over; a second gradient before the step is added to the first. */
  addGrad(gradient: Tensor): void {
    if (this.grad === undefined) {
      this.grad = tf.keep(gradient);
      return;
    }
    const first = this.grad;
    this.grad = tf.keep(add(first, gradient));
    first.dispose();
    gradient.dispose();
  }

  zeroGrad(): void {
    this.grad?.dispose();
    this.grad = undefined;
  }

  override dispose(): void {
    this.zeroGrad();
    super.dispose();
  }
}
