import { UserError } from "../core/errors.js";

/** A net's array, from the net or from a file. */
interface NamedArray {
  readonly name: string;
  readonly values: Float32Array;
}

/**
 * Weights that are no finite numbers, and variances below 0, make of every image the same nonsense, or of some images
 * numbers that look right.
 * @param whose whose arrays they are, such as a file
 * @throws UserError naming the array
 */
export function requireFiniteWeights(arrays: Iterable<NamedArray>, whose: string, remedy: string): void {
  for (const { name, values } of arrays) {
    const least = name.endsWith("running_var") ? 0 : -Infinity;
    const at = values.findIndex((value) => !Number.isFinite(value) || value < least);
    if (at < 0) continue;
    throw new UserError(
      `${whose}: ${name} holds ${String(values[at])} at place ${at}, where ` +
        `${least === 0 ? "a variance is a finite number from 0 on" : "a weight is a finite number"}.`,
      remedy,
    );
  }
}

/** What helps where a training has diverged. */
export const divergedRemedy =
  "Load a checkpoint of before with `learn.load`, or train anew with a smaller learning rate.";
