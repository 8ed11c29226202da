import { shortNumber } from "../../core/shortNumber.js";
import { inspect } from "node:util";
import type { OptionKinds } from "../../core/checkOptions.js";
import { add, mul } from "../../engine/operations/mathOps.js";
import { feedScalar } from "../../engine/feed.js";
import type { Tensor } from "../../engine/Tensor.js";
import { tf } from "../../engine/tensorflow.js";
import { type Parameter, Variable } from "../../engine/Variable.js";

/** fast.ai's weight decay. */
export const defaultWd = 1e-2;

/** What every optimizer takes, with fast.ai's names and defaults. */
export interface WeightDecayOptions {
  /** Weight decay. @default 1e-2 */
  readonly wd?: number;
  /** Also decay batch norms and biases. @default true */
  readonly bnWd?: boolean;
  /**
   * Take the decay from the parameter itself, as in AdamW (Loshchilov and Hutter, "Decoupled Weight Decay
   * Regularization", 2017); false adds it to the gradient, as an L2 penalty does. @default true
   */
  readonly trueWd?: boolean;
}

/** What they take. */
export const weightDecayKinds: OptionKinds<WeightDecayOptions> = {
  wd: "number",
  bnWd: "boolean",
  trueWd: "boolean",
};

/** Makes an optimizer for layer groups: fast.ai's `opt_func`; `adam()` and `sgd()` give one. */
export type OptFunc = (groups: readonly (readonly Parameter[])[], options: WeightDecayOptions) => Optimizer;

/**
 * Changes parameters by their gradients, with a learning rate for each layer group, a scheduled momentum and weight
 * decay: what fast.ai v1's `OptimWrapper` does around PyTorch's optimizers. Parameters, the optimizer's own state and
 * updates are TensorFlow resources changed in place.
 */
export abstract class Optimizer {
  /** A rate for each layer group. */
  lrs: number[];
  wd: number;
  /** Steps taken. */
  t = 0;
  /** The parameters that are trained, by layer group. */
  readonly groups: readonly (readonly Parameter[])[];
  /** What is kept of each parameter between steps. */
  abstract readonly slots: readonly string[];
  private readonly bnWd: boolean;
  private readonly trueWd: boolean;
  private readonly kept = new Map<Parameter, readonly Variable[]>();

  /**
   * Takes the parameters that are trained now; a later change of `requiresGrad` wants a new optimizer.
   * @param mom Adam's first beta, or the momentum of SGD
   */
  constructor(
    groups: readonly (readonly Parameter[])[],
    public mom: number,
    { wd = defaultWd, bnWd = true, trueWd = true }: WeightDecayOptions,
  ) {
    this.groups = groups.map((group) => group.filter((parameter) => parameter.requiresGrad));
    this.lrs = groups.map(() => 0);
    [this.wd, this.bnWd, this.trueWd] = [wd, bnWd, trueWd];
  }

  /** Every parameter that is trained. */
  get parameters(): Parameter[] {
    return this.groups.flat();
  }

  /** Moves every parameter that has a gradient, and clears the gradients. */
  step(): void {
    this.advance();
    tf.tidy(() => {
      this.update();
    });
    this.zeroGrad();
  }

  /** Counts a step, which a bias correction depends on. */
  advance(): void {
    this.t++;
  }

  /** The operations of a step, after `advance`. */
  update(): void {
    this.groups.forEach((group, i) => {
      const lr = () => this.lrs[i] ?? 0;
      const apply = this.rule(lr);
      const decay = feedScalar(() => (this.trueWd ? lr() * this.wd : this.wd));
      for (const parameter of group) {
        if (!parameter.grad) continue;
        if (!this.bnWd && isBnOrBias(parameter)) apply(parameter, parameter.grad);
        else if (this.trueWd) {
          decayInPlace(parameter, decay);
          apply(parameter, parameter.grad);
        } else apply(parameter, add(parameter.grad, mul(parameter.read(), decay)));
      }
    });
  }

  zeroGrad(): void {
    for (const parameter of this.parameters) parameter.zeroGrad();
  }

  /** What is kept of the parameters by now, each in the order of `slots`: a checkpoint holds it. */
  state(): ReadonlyMap<Parameter, readonly Variable[]> {
    return this.kept;
  }

  /** What is kept of a parameter, in the order of `slots`; zero when new. */
  stateOf(parameter: Parameter): readonly Variable[] {
    let state = this.kept.get(parameter);
    if (!state) {
      state = this.slots.map((slot) => new Variable(`${parameter.name}.${slot}`, parameter.shape));
      this.kept.set(parameter, state);
    }
    return state;
  }

  /** Back to the first step. */
  reset(): void {
    this.t = 0;
    for (const variable of [...this.kept.values()].flat()) variable.dispose();
    this.kept.clear();
  }

  /** What a notebook or `console.log` shows. */
  [inspect.custom](): string {
    const rates = this.lrs.map((lr) => shortNumber(lr)).join(", ");
    return `${this.constructor.name}: ${this.parameters.length} arrays are trained, learning rates ${rates}, wd ${this.wd}, ${this.t} steps`;
  }

  dispose(): void {
    this.zeroGrad();
    this.reset();
  }

  /**
   * The optimizer's own rule for a layer group.
   * @param lr the group's rate
   * @returns the operations that move a parameter by its gradient
   */
  protected abstract rule(lr: () => number): (parameter: Parameter, gradient: Tensor) => void;
}

/** Every parameter of one axis is a batch norm's or a bias: fast.ai's second parameter group of a layer group. */
const isBnOrBias = (parameter: Parameter): boolean => parameter.shape.length === 1;

function decayInPlace(parameter: Parameter, factor: Tensor): void {
  const value = parameter.read();
  const lost = mul(value, factor);
  // Gone before the change, or TensorFlow would copy the parameter first.
  value.dispose();
  parameter.assignSub(lost);
  lost.dispose();
}
