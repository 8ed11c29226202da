import { having } from "../../core/checkArguments.js";
import { checkOptions } from "../../core/checkOptions.js";
import { shownValue } from "../../core/shownValue.js";
import { UserError } from "../../core/errors.js";
import { checkInteger } from "../../core/checkNumber.js";
import { argmaxOfRows } from "../../statistics/argmax.js";
import { inTopK } from "../../statistics/inTopK.js";
import { correctItems } from "../../statistics/predictedClasses.js";
import { shareOfTrue } from "../../statistics/Share.js";
import { inspect } from "node:util";

/** The classes of a learner's data, as its metrics see them. */
export interface MetricClasses {
  /** Their names, in the order of the outputs. */
  readonly classes: readonly string[];
  /** The index of the learner's positive class; undefined where there are more than two and none was given. */
  readonly positive?: number;
}

/** What a metric sees of a batch: raw outputs `[n, c]` row by row, and class indices `[n]`. */
export interface MetricInput extends Partial<MetricClasses> {
  /** The net's outputs before the softmax, `[n, c]` row by row. */
  readonly logits: Float32Array;
  /** The number of classes. */
  readonly c: number;
  /** Actual class indices, `[n]`; of items that may have several labels see `targets`. */
  readonly y: Int32Array;
  /** Targets of items that may have several labels, as a batch has them. */
  readonly targets?: Float32Array | undefined;
}

/** What a metric says of itself where the classes are known. */
export interface MetricDescription {
  /** The head of its column, such as "recall of cat". @default the column's name */
  readonly head?: string;
  /** When it is NaN, as the end of a sentence: "no image is of cat". */
  readonly nanWhere?: string;
  /** Whether it speaks of the learner's positive class. @default false */
  readonly ofPositive?: boolean;
}

/** A number of a batch, or of a whole set; the function's name is the column's, in snake case. */
export interface Metric {
  (input: MetricInput): number;
  /** False: a mean over a batch's items, and a set's is that over its batches. True: it wants the whole set. */
  readonly whole?: boolean;
  /** Whether it is of images that may have several labels, by `targets`. @default false: of images of one class each */
  readonly takesLabels?: boolean;
  /** What callbacks with `mode: "auto"` go by. @default false where the name has "loss" or "error" in it, else true */
  readonly higherIsBetter?: boolean;
  /** Asked when a learner is made. @throws UserError when the metric does not suit the classes */
  readonly describe?: (of: MetricClasses) => MetricDescription;
}

/** The share of items whose highest output is not their class, in 0..1. */
export function errorRate(input: MetricInput): number {
  requireInput(errorRate, input);
  return 1 - accuracy(input);
}

/** The share of items whose highest output is their class, in 0..1. */
export function accuracy(input: MetricInput): number {
  requireInput(accuracy, input);
  const { logits, c, y } = input;
  return shareOfTrue(correctItems(argmaxOfRows(logits, c), y)).value;
}

/**
 * The share of items whose class is among the `k` highest outputs, in 0..1; of equal ones the first come first
 * (fast.ai's `top_k_accuracy`).
 * @param options `k`: a whole number from 1; default 5
 * @throws UserError for another k, and when there are fewer classes
 */
export function topKAccuracy(options: { readonly k?: number } = {}): Metric {
  checkOptions("topKAccuracy()", options, { k: "number" });
  const k = checkInteger("k", options.k ?? 5, 1);
  const describe = ({ length: c }: { readonly length: number }): MetricDescription => {
    if (k > c) throw new UserError(`k is ${k}; there are ${c} classes.`, `Give a number from 1 to ${c}.`);
    return { head: `top_${k}_accuracy` };
  };
  const share: Metric = (input) => {
    requireInput(share, input);
    const { logits, c, y } = input;
    describe({ length: c });
    return shareOfTrue(inTopK(logits, y, c, k)).value;
  };
  const told = { higherIsBetter: true, describe: ({ classes }: MetricClasses) => describe(classes) };
  return named(nameWith("topKAccuracy", options.k), Object.assign(share, told));
}

/**
 * A metric's number.
 * @throws UserError when it gives anything else, as a notebook's own function may
 */
export function metricValue(metric: Metric, input: MetricInput): number {
  const value: unknown = metric(input);
  if (typeof value === "number") return value;
  const isPromise = value instanceof Promise;
  // Nobody else hears of what becomes of it.
  if (isPromise) value.catch(() => undefined);
  throw new UserError(
    `The metric ${metricName(metric)} gave ${isPromise ? "a Promise" : inspect(value, { depth: 0 })}, not a number.`,
    isPromise
      ? "A metric cannot be async: compute the number at once, and return it."
      : "Return a number from it; NaN where it is not defined.",
  );
}

const metricInput = having("what a learner gives its metrics", "logits", "c", "y");

/**
 * @param metric that was called with the input
 * @throws UserError for anything but what a learner gives its metrics, such as the learner itself
 */
export function requireInput(metric: Metric, input: unknown): void {
  if (metricInput.fits(input)) return;
  const { name } = metric;
  throw new UserError(
    `The metric ${name} was given ${shownValue(input)}, and is computed of a batch: { logits, c, y }.`,
    `Give it to the learner, which computes it: cnnLearner(data, models.resnet50, { metrics: [${name}] }); learn.validate() then has its value.`,
  );
}

/** The metric with a name for its column. */
export const named = (name: string, metric: Metric): Metric =>
  Object.defineProperty(metric, "name", { value: name });

/** What is asked for is in the name, so that two of a kind can be told apart: `recall_NORMAL`, `fBeta_1`. */
export const nameWith = (name: string, ...options: readonly (string | number | undefined)[]): string =>
  [name, ...options.filter((option) => option !== undefined)].join("_");

/**
 * The column's name of a metric, as fast.ai writes it: `errorRate` -> `error_rate`. Capitals that stand together stay:
 * `AUC`, `myAUC` -> `my_AUC`; so does what follows an underscore.
 */
export function metricName(metric: Metric): string {
  return metric.name.replace(/^[^_]*/, (name) =>
    name
      .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1_$2")
      .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1_$2")
      .split("_")
      .map((part) => (/^\P{Ll}{2,}$/u.test(part) ? part : part.toLowerCase()))
      .join("_"),
  );
}
