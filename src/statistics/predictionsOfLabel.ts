import { checkArguments, having } from "../core/checkArguments.js";
import { valueAt } from "../core/valueAt.js";
import { classIndex } from "./classIndex.js";
import { crossEntropyOfProbabilities } from "./crossEntropy.js";
import type { LabelPredictions } from "./LabelPredictions.js";
import type { Predictions } from "./Predictions.js";
import { predictionsInWords } from "./predictionsInWords.js";

/** Predictions of one label, of the images of which it is known. */
export interface PredictionsOfLabel {
  /** Two classes: the images without the label, and those with it, which are positive. */
  readonly preds: Predictions;
  /** Their places among all images. */
  readonly items: readonly number[];
}

export const labelPredictions = having(
  "predictions of labels, as learn.getLabelPreds() gives them",
  ...["probs", "targets", "classes"],
);

/**
 * What a net says of one of several labels, as of two classes: the images that have it and those that have it not. Those of
 * which it is not known are left out.
 * @param label its name
 * @throws UserError when there is no such label
 */
export function predictionsOfLabel(preds: LabelPredictions, label: string): PredictionsOfLabel {
  checkArguments('predictionsOfLabel(preds, "Effusion")', { preds: [preds, labelPredictions] });
  const { classes, probs, targets, patients, groupNoun, set } = preds;
  const [k, c] = [classIndex(classes, label), classes.length];
  const all = Array.from({ length: targets.length / c }, (_, item) => item);
  const items = all.filter((item) => !Number.isNaN(valueAt(targets, item * c + k)));
  const y = Int32Array.from(items, (item) => valueAt(targets, item * c + k));
  const own = Float32Array.from(
    items.flatMap((item) => {
      const p = valueAt(probs, item * c + k);
      return [1 - p, p];
    }),
  );
  const found: Predictions = {
    ...{ probs: own, y, losses: crossEntropyOfProbabilities(own, y) },
    classes: [`no ${label}`, label],
    positiveClass: label,
    ...(patients && { patients: Int32Array.from(items, (item) => valueAt(patients, item)) }),
    ...(groupNoun && { groupNoun }),
    ...(set !== undefined && { set }),
  };
  return { preds: predictionsInWords(found), items };
}
