import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import { UserError } from "../core/errors.js";
import { shortNumber } from "../core/shortNumber.js";
import { checkNumber } from "../core/checkNumber.js";
import type { Mix } from "./mixUp.js";

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

/** Makes the loss for `c` classes: a learner's `lossFunc`. */
export type LossFunc = (c: number) => CrossEntropy;

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

/** What the outputs should be and how much each counts; the arithmetic of the loss itself is the graph's. */
export class CrossEntropy {
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

/** The classes of an item and their shares: two where it is mixed with another. */
function partsOf(y: Int32Array, i: number, label: number, mix?: Mix): [label: number, share: number][] {
  if (!mix) return [[label, 1]];
  const lambda = mix.lambda[i] ?? NaN;
  return [
    [label, lambda],
    [y[mix.permutation[i] ?? NaN] ?? NaN, 1 - lambda],
  ];
}
