import { UserError } from "../core/errors.js";
import type { DataBunch } from "./DataBunch.js";

/**
 * @param what takes images of one class each, such as "getPreds()"
 * @throws UserError when the data's images may have several labels
 */
export function requireOneLabel(
  { isMultiLabel = false }: Pick<DataBunch, "isMultiLabel">,
  what: string,
): void {
  if (!isMultiLabel) return;
  throw new UserError(
    `${what} takes images of one class each, and these may have several labels.`,
    "`await learn.getLabelPreds()` predicts them, and `LabelInterpretation.fromLearner(learn)` judges the net.",
  );
}
