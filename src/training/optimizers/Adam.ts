import { checkOptions, type OptionKinds } from "../../core/checkOptions.js";
import { feedScalar } from "../../engine/feed.js";
import { attr, T } from "../../engine/operations/attr.js";
import { constant } from "../../engine/operations/op.js";
import { resourceOp } from "../../engine/operations/resource.js";
import type { Tensor } from "../../engine/Tensor.js";
import type { Parameter } from "../../engine/Variable.js";
import { checkNumber, checkPair } from "../../core/checkNumber.js";
import { type OptFunc, Optimizer, type WeightDecayOptions } from "./Optimizer.js";

/** What `adam()` takes, with fast.ai's names and defaults. */
export interface AdamOptions {
  /** Decay of the two moments, each in [0, 1). The first is what one-cycle calls momentum. @default [0.9, 0.99] */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second moment. @default 1e-8 */
  readonly eps?: number;
}

const adamKinds: OptionKinds<AdamOptions> = { betas: "list", eps: "number" };

/**
 * The optimizer `Adam` for a learner's `optFunc`; with `trueWd`, the default, it is AdamW.
 * @throws UserError when a beta is not in [0, 1) or eps is not positive
 */
export function adam(options: AdamOptions = {}): OptFunc {
  checkOptions("adam()", options, adamKinds);
  if (options.betas) checkPair("betas", options.betas, { from: 0, below: 1 }, "[0.9, 0.99]");
  checkNumber("eps", options.eps ?? 1e-8, { above: 0 });
  return (groups, decay) => new Adam(groups, { ...options, ...decay });
}

const adamAttrs = [T, attr.bool("use_locking", false), attr.bool("use_nesterov", false)];

/**
 * Adam (Kingma and Ba, 2014) with decoupled weight decay (Loshchilov and Hutter, 2017) and a scheduled first beta, as
 * fast.ai v1's `OptimWrapper` around PyTorch's Adam:
 *
 *     p <- p (1 - lr wd)
 *     m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g^2
 *     p <- p - lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps)
 *
 * where the bias correction takes the present b1 to the power t.
 */
export class Adam extends Optimizer {
  override readonly slots = ["m", "v"];
  private readonly beta: number;
  private readonly eps: number;

  constructor(
    groups: readonly (readonly Parameter[])[],
    { betas = [0.9, 0.99], eps = 1e-8, ...decay }: AdamOptions & WeightDecayOptions = {},
  ) {
    super(groups, betas[0], decay);
    [this.beta, this.eps] = [betas[1], eps];
  }

  protected override rule(lr: () => number) {
    const corrected = () => Math.sqrt(1 - this.beta ** this.t);
    const [beta1, beta2] = [feedScalar(() => this.mom), feedScalar(() => this.beta)];
    const rate = feedScalar(() => (lr() * corrected()) / (1 - this.mom ** this.t));
    // TensorFlow adds its epsilon to sqrt(v) before the bias correction, PyTorch after it.
    const epsilon = feedScalar(() => this.eps * corrected());
    const zero = constant([0], "float32", []);
    return (parameter: Parameter, gradient: Tensor) => {
      const handles = [parameter, ...this.stateOf(parameter)].map(({ handle }) => handle);
      // Zero powers of the betas: the bias correction is in the rate, in double precision.
      resourceOp("ResourceApplyAdam", adamAttrs, handles, [
        zero,
        zero,
        rate,
        beta1,
        beta2,
        epsilon,
        gradient,
      ]);
    };
  }
}
