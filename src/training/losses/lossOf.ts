import { UserError } from "../../core/errors.js";
import type { DataBunch } from "../DataBunch.js";
import { bceWithLogits } from "./BCEWithLogits.js";
import { crossEntropy } from "./CrossEntropy.js";
import type { Loss, LossFunc } from "./Loss.js";

/**
 * A learner's loss: the one that it was given, else fast.ai's default for its data.
 * @throws UserError when it is of the other kind of data, or has not a weight for each class
 */
export function lossOf(
  { c, isMultiLabel = false }: Pick<DataBunch, "c" | "isMultiLabel">,
  lossFunc: LossFunc = isMultiLabel ? bceWithLogits() : crossEntropy(),
): Loss {
  const loss = lossFunc(c);
  if (loss.takesLabels === isMultiLabel) return loss;
  throw new UserError(
    isMultiLabel
      ? `The ${loss.inWords} is a loss of images of one class each, and these may have several labels.`
      : `The ${loss.inWords} is a loss of images that may have several labels, and these have one class each.`,
    `Take ${isMultiLabel ? "bceWithLogits()" : "crossEntropy()"}.`,
  );
}
