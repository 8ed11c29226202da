import { feedScalar } from "../engine/feed.js";
import { mul } from "../engine/kernels.js";
import { attr, constant, resourceOp, T } from "../engine/rawOps.js";
import { type Tensor, tf } from "../engine/tensorflow.js";
import { type Parameter, Variable } from "../engine/Variable.js";

export interface AdamOptions {
  /** Decay of the two moments; fast.ai's default: (0.9, 0.99). The first is what one-cycle calls momentum. */
  readonly betas?: readonly [number, number];
  readonly eps?: number;
  /** Weight decay, apart from the gradient; fast.ai's default: 1e-2. */
  readonly wd?: number;
  /** Also decay batch norms and biases, as fast.ai does by default. */
  readonly bnWd?: boolean;
}

/** fast.ai's weight decay. */
export const defaultWd = 1e-2;

interface Moments {
  readonly m: Variable;
  readonly v: Variable;
}

const adamAttrs = [T, attr.bool("use_locking", false), attr.bool("use_nesterov", false)];

/**
 * Adam (Kingma and Ba, 2014) with decoupled weight decay (Loshchilov and Hutter, 2017), a learning rate for each
 * layer group and a scheduled first beta, as fast.ai v1's `OptimWrapper` around PyTorch's Adam:
 *
 *     p <- p (1 - lr wd)
 *     m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g^2
 *     p <- p - lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps)
 *
 * where the bias correction takes the present b1 to the power t. Parameters, moments and updates are TensorFlow
 * resources changed in place.
 */
export class Adam {
  /** A rate for each layer group. */
  lrs: number[];
  /** The first beta. */
  mom: number;
  beta: number;
  wd: number;
  /** Steps taken. */
  t = 0;
  readonly groups: readonly (readonly Parameter[])[];
  private readonly eps: number;
  private readonly bnWd: boolean;
  private readonly moments = new Map<Parameter, Moments>();

  /** Takes the parameters that are trained now; a later change of `requiresGrad` wants a new optimizer. */
  constructor(
    groups: readonly (readonly Parameter[])[],
    { betas = [0.9, 0.99], eps = 1e-8, wd = defaultWd, bnWd = true }: AdamOptions = {},
  ) {
    this.groups = groups.map((group) => group.filter((parameter) => parameter.requiresGrad));
    this.lrs = groups.map(() => 0);
    [this.mom, this.beta] = betas;
    [this.eps, this.wd, this.bnWd] = [eps, wd, bnWd];
  }

  /** Moves every parameter that has a gradient, and clears the gradients. */
  step(): void {
    this.advance();
    tf.tidy(() => {
      this.update();
    });
    this.zeroGrad();
  }

  /** Counts a step, which the bias correction depends on. */
  advance(): void {
    this.t++;
  }

  /** The operations of a step, after `advance`. */
  update(): void {
    const corrected = () => Math.sqrt(1 - this.beta ** this.t);
    const [beta1, beta2] = [feedScalar(() => this.mom), feedScalar(() => this.beta)];
    const zero = constant([0], "float32", []);
    // TensorFlow adds its epsilon to sqrt(v) before the bias correction, PyTorch after it.
    const epsilon = feedScalar(() => this.eps * corrected());
    this.groups.forEach((group, i) => {
      const lr = () => this.lrs[i] ?? 0;
      const rate = feedScalar(() => (lr() * corrected()) / (1 - this.mom ** this.t));
      const decay = feedScalar(() => lr() * this.wd);
      for (const parameter of group) {
        if (!parameter.grad) continue;
        if (this.bnWd || !isBnOrBias(parameter)) decayInPlace(parameter, decay);
        const { m, v } = this.momentsOf(parameter);
        // Zero powers of the betas: the bias correction is in the rate, in double precision.
        const inputs = [zero, zero, rate, beta1, beta2, epsilon, parameter.grad];
        resourceOp("ResourceApplyAdam", adamAttrs, [parameter.handle, m.handle, v.handle], inputs);
      }
    });
  }

  zeroGrad(): void {
    for (const parameter of this.groups.flat()) parameter.zeroGrad();
  }

  /** The moments that exist by now, by parameter: what a checkpoint keeps. */
  state(): ReadonlyMap<Parameter, Moments> {
    return this.moments;
  }

  /** The moments of a parameter, zero when new. */
  momentsOf(parameter: Parameter): Moments {
    let moments = this.moments.get(parameter);
    if (!moments) {
      const zeros = (part: string) => new Variable(`${parameter.name}.${part}`, parameter.shape);
      moments = { m: zeros("m"), v: zeros("v") };
      this.moments.set(parameter, moments);
    }
    return moments;
  }

  /** Back to the first step. */
  reset(): void {
    this.t = 0;
    for (const { m, v } of this.moments.values()) {
      m.dispose();
      v.dispose();
    }
    this.moments.clear();
  }

  dispose(): void {
    this.zeroGrad();
    this.reset();
  }
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
