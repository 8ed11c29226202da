import type { BinaryInterpretation } from "../../interpretation/BinaryInterpretation.js";
import type { DecisionThreshold } from "../../statistics/DecisionThreshold.js";

/** The threshold that finds this share of the positive images. */
export function chooseForRecall(heldOut: BinaryInterpretation, recall: number): DecisionThreshold {
  const { positiveClass, threshold, rule } = heldOut.chooseThreshold({ recall });
  return { positiveClass, threshold, rule };
}
