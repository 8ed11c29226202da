import { checkOptions, type OptionKinds } from "../../core/checkOptions.js";
import { feedScalar } from "../../engine/feed.js";
import { attr, T } from "../../engine/operations/attr.js";
import { resourceOp } from "../../engine/operations/resource.js";
import type { Tensor } from "../../engine/Tensor.js";
import type { Parameter } from "../../engine/Variable.js";
import { checkNumber } from "../../core/checkNumber.js";
import { type OptFunc, Optimizer, type WeightDecayOptions } from "./Optimizer.js";

/** What `sgd()` takes. */
export interface SGDOptions {
  /** Share of the last step in the next, in [0, 1); one-cycle sets it anew at each step. @default 0, as PyTorch's */
  readonly momentum?: number;
}

const sgdKinds: OptionKinds<SGDOptions> = { momentum: "number" };

/**
 * The optimizer `SGD` for a learner's `optFunc`.
 * @throws UserError when the momentum is not in [0, 1)
 */
export function sgd(options: SGDOptions = {}): OptFunc {
  checkOptions("sgd()", options, sgdKinds);
  checkNumber("momentum", options.momentum ?? 0, { from: 0, below: 1 });
  return (groups, decay) => new SGD(groups, { ...options, ...decay });
}

const attrs = [T, attr.bool("use_locking", false), attr.bool("use_nesterov", false)];

/**
 * Stochastic gradient descent with momentum, as PyTorch's SGD without dampening:
 *
 *     p <- p (1 - lr wd)
 *     b <- momentum b + g
 *     p <- p - lr b
 */
export class SGD extends Optimizer {
  override readonly slots = ["momentum_buffer"];

  constructor(
    groups: readonly (readonly Parameter[])[],
    { momentum = 0, ...decay }: SGDOptions & WeightDecayOptions = {},
  ) {
    super(groups, momentum, decay);
  }

  protected override rule(lr: () => number) {
    const [rate, momentum] = [feedScalar(lr), feedScalar(() => this.mom)];
    return (parameter: Parameter, gradient: Tensor) => {
      const handles = [parameter, ...this.stateOf(parameter)].map(({ handle }) => handle);
      resourceOp("ResourceApplyMomentum", attrs, handles, [rate, gradient, momentum]);
    };
  }
}
