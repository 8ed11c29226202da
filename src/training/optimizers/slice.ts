import { checkNumber } from "../../core/checkNumber.js";
import { inspect } from "node:util";
import { UserError } from "../../core/errors.js";

/** Learning rates spread over the layer groups; made by `slice`. */
export class LearningRateSlice {
  constructor(
    /** The first layer group's rate; undefined: a tenth of `stop` for all groups but the last. */
    readonly start: number | undefined,
    /** The last layer group's rate. */
    readonly stop: number,
  ) {}
}

/**
 * Discriminative learning rates (Howard and Ruder, "Universal Language Model Fine-tuning", 2018), as fast.ai
 * writes them: `slice(a, b)` goes from `a` for the first layer group to `b` for the last in equal ratios;
 * `slice(b)` gives the last group `b` and all before it `b / 10`.
 * @throws UserError when a rate is no number above 0
 */
export function slice(a: number, b?: number): LearningRateSlice {
  for (const [name, rate] of Object.entries(b === undefined ? { a } : { a, b })) {
    checkNumber(`The learning rate ${name} of slice(a, b)`, rate, { above: 0 });
  }
  return b === undefined ? new LearningRateSlice(undefined, a) : new LearningRateSlice(a, b);
}

/** A rate for all layer groups, a slice, or one rate a group. */
export type LearningRate = number | LearningRateSlice | readonly number[];

/**
 * One learning rate for each of `groups` layer groups: fast.ai's `lr_range`.
 * @throws UserError when a rate is not positive and finite, or their number is not that of the groups
 */
export function lrRange(lr: LearningRate, groups: number): number[] {
  const rates = spread(lr, groups);
  const bad = rates.find((rate) => !(Number.isFinite(rate) && rate > 0));
  if (bad !== undefined) {
    throw new UserError(
      `A learning rate of ${bad} makes no sense.`,
      "Give positive, finite numbers, such as 3e-3 or slice(1e-6, 1e-4).",
    );
  }
  return rates;
}

function spread(lr: LearningRate, groups: number): number[] {
  if (typeof lr === "number") return Array.from({ length: groups }, () => lr);
  // By its shape, not its class: after an edit a notebook holds slices and learners of two loads of this file.
  const given: unknown = lr;
  if (typeof given !== "object" || given === null || !("stop" in given || "length" in given)) {
    throw new UserError(
      `The learning rate is ${inspect(lr, { depth: 0 })}.`,
      "Give a number such as 3e-3, slice(1e-6, 1e-4), or one number for each layer group.",
    );
  }
  if ("stop" in lr) {
    const { start, stop } = lr;
    if (start === undefined)
      return Array.from({ length: groups }, (_, i) => (i < groups - 1 ? stop / 10 : stop));
    if (groups === 1) return [stop];
    return Array.from({ length: groups }, (_, i) => start * (stop / start) ** (i / (groups - 1)));
  }
  if (lr.length !== groups) {
    throw new UserError(
      `${lr.length} learning rates for ${groups} layer groups.`,
      "Give one rate for each layer group, or a slice.",
    );
  }
  return [...lr];
}
