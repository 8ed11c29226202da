import { UserError } from "../core/errors.js";
import { argmaxOfRows } from "./argmax.js";
import type { Predictions } from "./Predictions.js";

/**
 * The class with the highest probability, the first of equals, for each item: as `errorRate` decides during training.
 * @throws UserError when a probability is not a number: the training has diverged
 */
export function predictedClasses({ probs, classes }: Pick<Predictions, "probs" | "classes">): number[] {
  const unknown = probs.findIndex(Number.isNaN);
  if (unknown < 0) return argmaxOfRows(probs, classes.length);
  throw new UserError(
    `The net's prediction for item ${Math.floor(unknown / classes.length)} is not a number: the training has diverged.`,
    "Load the last good checkpoint with learn.load(...), and train at a lower learning rate.",
  );
}

/** Whether the predicted class of each item is its own. */
export const correctItems = (predicted: readonly number[], y: Int32Array): boolean[] =>
  predicted.map((label, i) => label === y[i]);

/** @throws UserError when an item has no class, as those of a test set without labels */
export function requireLabels(y: Int32Array): void {
  if (!y.some((label) => label < 0)) return;
  throw new UserError("These predictions have no labels to compare with.", "Predict a set that has labels.");
}
