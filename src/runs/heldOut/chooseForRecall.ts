import type { BinaryInterpretation } from "../../interpretation/BinaryInterpretation.js";
import type { DecisionThreshold } from "../../statistics/DecisionThreshold.js";
import { type RecallGuarantee, recallGuarantee } from "../../statistics/recallGuarantee.js";
import { nameInText } from "../../core/nameInText.js";

/** A threshold, and what can be promised of it. */
export interface PromisedThreshold {
  readonly threshold: DecisionThreshold;
  readonly promise: RecallGuarantee;
}

/**
 * The highest threshold of which can be promised, with 95% confidence, that in at least a share of the patients all
 * positive images are found; where there are too few patients for that, the one that finds the share of these images.
 */
export function chooseForRecall(heldOut: BinaryInterpretation, recall: number): PromisedThreshold {
  const { positiveClass, scored, groupNoun = "patient" } = heldOut;
  const name = nameInText(positiveClass);
  const promise = recallGuarantee(scored, recall, { groups: scored.groups });
  const units = scored.groups ? `${groupNoun}s with an image of ${name}` : `images of ${name}`;
  if (promise.threshold !== null) {
    const found = scored.groups
      ? `all of it in at least ${recall} of the ${groupNoun}s`
      : `at least ${recall} of it`;
    const rule = `finding ${found} with ${100 * promise.confidence}% confidence, by ${promise.units} ${units}`;
    return { threshold: { positiveClass, threshold: promise.threshold, rule }, promise };
  }
  const { threshold, rule } = heldOut.chooseThreshold({ recall });
  const why = `without a promise, which takes ${promise.needed} ${units}: there are ${promise.units}`;
  return { threshold: { positiveClass, threshold, rule: `${rule}; ${why}` }, promise };
}
