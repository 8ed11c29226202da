import { withWords } from "../core/withWords.js";
import { formatShare } from "./format.js";
import { correctItems, predictedClasses } from "./predictedClasses.js";
import { shareOfTrue } from "./Share.js";
import type { Predictions } from "./Predictions.js";
import { mean } from "./sum.js";
import { namesInText } from "../core/nameInText.js";

/** The same predictions, which a notebook shows in words. */
export const predictionsInWords = (preds: Predictions): Predictions => withWords(preds, inWords);

function inWords(preds: Predictions): string {
  const { y, classes, set, losses } = preds;
  const n = y.length;
  const labelled = n > 0 && y.every((label) => label >= 0);
  // A net whose training has diverged gives no numbers.
  const right = preds.probs.some(Number.isNaN)
    ? "some probabilities are not numbers"
    : labelled
      ? `accuracy ${formatShare(shareOfTrue(correctItems(predictedClasses(preds), y)).value)}, mean loss ` +
        formatShare(mean(losses))
      : "without labels";
  return (
    `Predictions of ${n} ${set === undefined ? "" : `${set} `}images: ${right}.\n` +
    `probs: Float32Array [${n}, ${classes.length}], a column for each of ${namesInText(classes)}; ` +
    `y: Int32Array [${n}]; losses: Float32Array [${n}]`
  );
}
