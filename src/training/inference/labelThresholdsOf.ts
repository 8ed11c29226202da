import type { DataBunch } from "../DataBunch.js";
import type { Decision } from "./Prediction.js";

/** From which probability on an image has a label, where nobody has chosen another one; fast.ai's. */
const usual = 0.5;

/** What makes labels of a net's outputs where the data's images may have several; nothing where they are of one class. */
export const labelThresholdsOf = ({
  classes,
  isMultiLabel = false,
}: Pick<DataBunch, "classes" | "isMultiLabel">): Pick<Decision, "labelThresholds"> =>
  isMultiLabel ? { labelThresholds: classes.map(() => usual) } : {};
