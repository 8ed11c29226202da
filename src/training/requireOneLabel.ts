import { UserError } from "../core/errors.js";
import type { DataBunch } from "./DataBunch.js";

/** What there is in place of predictions of one class. */
export const labelPredsRemedy =
  "`await learn.getLabelPreds()` predicts them, and `LabelInterpretation.fromLearner(learn)` judges the net.";

/**
 * @param what takes images of one class each, such as "getPreds()"
 * @param remedy what to do instead
 * @throws UserError when the data's images may have several labels
 */
export function requireOneLabel(
  { isMultiLabel = false }: Pick<DataBunch, "isMultiLabel">,
  what: string,
  remedy = "Load them with one of the labels as their class.",
): void {
  if (!isMultiLabel) return;
  throw new UserError(`${what} takes images of one class each, and these may have several labels.`, remedy);
}
