import { checkNumber } from "../../core/checkNumber.js";
import { checkOptions, type OptionKinds } from "../../core/checkOptions.js";
import { UserError } from "../../core/errors.js";
import { shortNumber } from "../../core/shortNumber.js";
import { valueAt } from "../../core/valueAt.js";
import { feed } from "../../engine/feed.js";
import { sigmoid, softplus } from "../../engine/operations/activations.js";
import { add, mul, sub, sum } from "../../engine/operations/mathOps.js";
import { constant } from "../../engine/operations/op.js";
import type { Tensor } from "../../engine/Tensor.js";
import type { BatchLabels, LabelledBatch, Loss, LossAndGradient, LossFunc } from "./Loss.js";

/** What `bceWithLogits()` takes. */
export interface BCEWithLogitsOptions {
  /** How much each label counts, in the order of the classes: PyTorch's `weight`. @default 1 each */
  readonly classWeights?: readonly number[];
  /**
   * How much an item that has a label counts beside one that has not, in the order of the classes: PyTorch's
   * `pos_weight`. @default 1 each
   */
  readonly posWeight?: readonly number[];
}

const kinds: OptionKinds<BCEWithLogitsOptions> = { classWeights: "list", posWeight: "list" };

/**
 * The binary cross-entropy of each label's sigmoid for a learner's `lossFunc`: fast.ai's `BCEWithLogitsFlat`, its default
 * where items may have several labels. A mean is over the labels that are known; the others have no part in it.
 * @throws UserError when a weight is not above 0; when the learner is made, if there is not one for each class
 */
export function bceWithLogits(options: BCEWithLogitsOptions = {}): LossFunc {
  checkOptions("bceWithLogits()", options, kinds);
  for (const name of ["classWeights", "posWeight"] as const) {
    options[name]?.forEach((weight, i) => checkNumber(`${name}[${i}]`, weight, { above: 0 }));
  }
  return (c) => new BCEWithLogits(c, options);
}

/** What the loss of each output counts where the label is there, and where it is not; both `[n, c]`. */
type Parts = Readonly<Record<"positive" | "negative", Tensor>>;

/** The binary cross-entropy of each output's sigmoid. */
export class BCEWithLogits implements Loss {
  readonly takesLabels = true;
  private readonly classWeights: readonly number[];
  private readonly posWeight: readonly number[];

  constructor(
    readonly c: number,
    options: BCEWithLogitsOptions = {},
  ) {
    const given = (name: keyof BCEWithLogitsOptions): readonly number[] => {
      const weights = options[name] ?? Array.from({ length: c }, () => 1);
      if (weights.length === c) return weights;
      throw new UserError(
        `${name} has ${weights.length} numbers for ${c} classes.`,
        "Give one weight for each class, in the order of data.classes.",
      );
    };
    this.classWeights = given("classWeights");
    this.posWeight = given("posWeight");
  }

  get inWords(): string {
    const weighted = (what: string, weights: readonly number[]): string[] =>
      weights.some((weight) => weight !== 1)
        ? [`${what} weighted ${weights.map((weight) => shortNumber(weight)).join(", ")}`]
        : [];
    return [
      "binary cross-entropy of each label's sigmoid",
      ...weighted("classes", this.classWeights),
      ...weighted("images with the label", this.posWeight),
    ].join(", ");
  }

  /** How many labels of each item are known. */
  itemWeights(batch: LabelledBatch): Float32Array {
    const targets = this.targets(batch);
    return Float32Array.from(batch.y, (_, i) =>
      targets
        .subarray(i * this.c, (i + 1) * this.c)
        .reduce((known, t) => known + Number(!Number.isNaN(t)), 0),
    );
  }

  step(logits: Tensor, labels: BatchLabels, sums: boolean): LossAndGradient {
    const { positive, negative } = this.feeds(labels, (known) => {
      const all = known.reduce((total, count) => total + count, 0);
      // A batch in which nothing is known teaches nothing.
      return known.fill(sums ? 1 : Math.max(1, all));
    });
    const losses = elementLosses(logits, positive, negative);
    const dLogits = sub(mul(add(positive, negative), sigmoid(logits)), positive);
    return { loss: sum(losses, [0, 1]), dLogits };
  }

  evaluate(logits: Tensor, labels: BatchLabels): Tensor {
    const { positive, negative } = this.feeds(labels, (known) => known.map((count) => Math.max(1, count)));
    return sum(elementLosses(logits, positive, negative), [1]);
  }

  /** @param divisors by what each item's parts are divided, from how many of its labels are known */
  private feeds({ n, current }: BatchLabels, divisors: (known: Float32Array) => Float32Array): Parts {
    const fed = (of: (target: number, k: number) => number): Tensor =>
      feed(n, () => {
        const batch = current();
        const by = divisors(this.itemWeights(batch));
        const values = this.targets(batch).map((target, at) => {
          if (Number.isNaN(target)) return 0;
          const k = at % this.c;
          return (of(target, k) * valueAt(this.classWeights, k)) / valueAt(by, Math.floor(at / this.c));
        });
        return { shape: [batch.y.length, this.c], values };
      });
    return {
      positive: fed((target, k) => target * valueAt(this.posWeight, k)),
      negative: fed((target) => 1 - target),
    };
  }

  /** What each label should be, `[n, c]`; a mixed item's is known where those of both its items are. */
  private targets({ y, targets, mix }: LabelledBatch): Float32Array {
    const { c } = this;
    const own = targets ?? oneHot(y, c);
    if (!mix) return own;
    return own.map((target, at) => {
      const i = Math.floor(at / c);
      const lambda = valueAt(mix.lambda, i);
      // Nothing of the other, whose label may not be known.
      if (lambda === 1) return target;
      const other = valueAt(own, valueAt(mix.permutation, i) * c + (at % c));
      return lambda * target + (1 - lambda) * other;
    });
  }
}

/** -log sigmoid(x) where the label is there, -log (1 - sigmoid(x)) where it is not, each with its weight. */
function elementLosses(logits: Tensor, positive: Tensor, negative: Tensor): Tensor {
  const flipped = mul(logits, constant([-1], "float32", []));
  return add(mul(positive, softplus(flipped)), mul(negative, softplus(logits)));
}

function oneHot(y: Int32Array, c: number): Float32Array {
  const targets = new Float32Array(y.length * c);
  y.forEach((label, i) => {
    if (!(label >= 0 && label < c)) {
      throw new RangeError(`a batch has the class index ${label}; there are ${c} classes, from 0 on`);
    }
    targets[i * c + label] = 1;
  });
  return targets;
}
