import { checkOptions, type OptionKinds } from "../../core/checkOptions.js";
import { UserError } from "../../core/errors.js";
import { shortNumber } from "../../core/shortNumber.js";
import { checkNumber } from "../../core/checkNumber.js";
import { feed } from "../../engine/feed.js";
import { softmaxCrossEntropy } from "../../engine/operations/activations.js";
import { reshape } from "../../engine/operations/arrayOps.js";
import { mul, sum } from "../../engine/operations/mathOps.js";
import type { Tensor } from "../../engine/Tensor.js";
import type { BatchLabels, LabelledBatch, Loss, LossAndGradient, LossFunc } from "./Loss.js";
import type { Mix } from "../mixUp.js";

/** What `crossEntropy()` takes. */
export interface CrossEntropyOptions {
  /**
   * Share of the target that is spread evenly over all classes, in [0, 1) (Szegedy et al., "Rethinking the Inception
   * Architecture", 2015): fast.ai's `LabelSmoothingCrossEntropy` has 0.1. @default 0
   */
  readonly labelSmoothing?: number;
  /**
   * How much an item of each class counts, in the order of the classes; `data.classWeights()` balances them. A mean
   * is then that of the weighted losses over the sum of the weights, as PyTorch's. @default 1 each
   */
  readonly classWeights?: readonly number[];
}

const kinds: OptionKinds<CrossEntropyOptions> = { labelSmoothing: "number", classWeights: "list" };

/**
 * The cross-entropy of the softmax for a learner's `lossFunc`; without options it is fast.ai's default.
 * @throws UserError when the smoothing is not in [0, 1) or a weight is not positive; when the learner is made, if
 *   there is not one weight for each class
 */
export function crossEntropy(options: CrossEntropyOptions = {}): LossFunc {
  checkOptions("crossEntropy()", options, kinds);
  checkNumber("labelSmoothing", options.labelSmoothing ?? 0, { from: 0, below: 1 });
  options.classWeights?.forEach((weight, i) => checkNumber(`classWeights[${i}]`, weight, { above: 0 }));
  return (c) => new CrossEntropy(c, options);
}

/** The cross-entropy of the softmax with what each item should be. */
export class CrossEntropy implements Loss {
  readonly takesLabels = false;
  private readonly smoothing: number;
  private readonly classWeights: readonly number[];

  constructor(
    readonly c: number,
    { labelSmoothing = 0, classWeights }: CrossEntropyOptions = {},
  ) {
    if (classWeights && classWeights.length !== c) {
      throw new UserError(
        `classWeights has ${classWeights.length} numbers for ${c} classes.`,
        "Give one weight for each class, in the order of data.classes.",
      );
    }
    this.smoothing = labelSmoothing;
    this.classWeights = classWeights ?? Array.from({ length: c }, () => 1);
  }

  /** What it is, for a person. */
  get inWords(): string {
    const { smoothing, classWeights } = this;
    const weighted = classWeights.some((weight) => weight !== 1);
    return [
      "cross-entropy of the softmax",
      ...(smoothing > 0 ? [`label smoothing ${shortNumber(smoothing)}`] : []),
      ...(weighted
        ? [`classes weighted ${classWeights.map((weight) => shortNumber(weight)).join(", ")}`]
        : []),
    ].join(", ");
  }

  itemWeights({ y, mix }: LabelledBatch): Float32Array {
    return this.weights(y, mix);
  }

  step(logits: Tensor, { n, current }: BatchLabels, sums: boolean): LossAndGradient {
    const shares = feed(n, () => {
      const weights = this.itemWeights(current());
      return { shape: [weights.length], values: sums ? weights : normalised(weights) };
    });
    const { losses, dLogits } = softmaxCrossEntropy(logits, this.feedTargets({ n, current }));
    return { loss: sum(mul(losses, shares), [0]), dLogits: mul(dLogits, reshape(shares, [-1, 1])) };
  }

  evaluate(logits: Tensor, labels: BatchLabels): Tensor {
    const { losses, dLogits } = softmaxCrossEntropy(logits, this.feedTargets(labels));
    dLogits.dispose();
    return losses;
  }

  private feedTargets({ n, current }: BatchLabels): Tensor {
    return feed(n, () => {
      const { y, mix } = current();
      return { shape: [y.length, this.c], values: this.targets(y, mix) };
    });
  }

  /** The distribution that each item's softmax should be, `[n, c]` row by row. */
  targets(y: Int32Array, mix?: Mix): Float32Array {
    const { c, smoothing } = this;
    const targets = new Float32Array(y.length * c).fill(smoothing / c);
    const weights = this.weights(y, mix);
    y.forEach((label, i) => {
      for (const [own, share] of partsOf(y, i, label, mix)) {
        const of = (share * (this.classWeights[own] ?? NaN)) / (weights[i] ?? NaN);
        targets[i * c + own] = (targets[i * c + own] ?? NaN) + (1 - smoothing) * of;
      }
    });
    return targets;
  }

  /** How much each item counts, `[n]`. */
  weights(y: Int32Array, mix?: Mix): Float32Array {
    const unknown = y.find((label) => !(label >= 0 && label < this.c));
    if (unknown !== undefined) {
      throw new RangeError(`a batch has the class index ${unknown}; there are ${this.c} classes, from 0 on`);
    }
    return Float32Array.from(y, (label, i) =>
      partsOf(y, i, label, mix).reduce(
        (sum, [own, share]) => sum + share * (this.classWeights[own] ?? NaN),
        0,
      ),
    );
  }
}

function normalised(weights: Float32Array): Float32Array {
  const total = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => weight / total);
}

/** The classes of an item and their shares: two where it is mixed with another. */
function partsOf(y: Int32Array, i: number, label: number, mix?: Mix): [label: number, share: number][] {
  if (!mix) return [[label, 1]];
  const lambda = mix.lambda[i] ?? NaN;
  return [
    [label, lambda],
    [y[mix.permutation[i] ?? NaN] ?? NaN, 1 - lambda],
  ];
}
