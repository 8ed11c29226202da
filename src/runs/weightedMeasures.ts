import { classShare } from "../interpretation/matrixMetrics.js";
import { binaryScores, descending, operatingPoints } from "../statistics/BinaryScores.js";
import { classIndex } from "../statistics/classIndex.js";
import { classCounts, countConfusions, errorRateOf } from "../statistics/confusionMatrix.js";
import { precisionOf, recallOf, specificityOf } from "../statistics/Counts.js";
import { predictedClasses } from "../statistics/predictedClasses.js";
import type { Predictions } from "../statistics/Predictions.js";
import { areaUnderRoc } from "../statistics/rocCurve.js";
import { mean } from "../statistics/sum.js";
import type { SeedMeasure } from "./seedMeasures.js";

/**
 * The measures of a sweep for resamples of the images: a function of how often each image counts.
 * @param positive what they speak of; undefined: they are means over the classes
 */
export function weightedMeasures(
  preds: Predictions,
  positive: string | undefined,
): (weights: ArrayLike<number>) => Record<SeedMeasure, number> {
  const { classes, y } = preds;
  const predicted = predictedClasses(preds);
  const label = positive === undefined ? undefined : classIndex(classes, positive);
  const ranked = (positive === undefined ? classes : [positive]).map((name) => {
    const scored = binaryScores(preds, name);
    return { scored, order: descending(scored) };
  });
  return (weights) => {
    const matrix = countConfusions(predicted, y, classes.length, weights);
    const counts = classCounts(matrix);
    return {
      "error rate": errorRateOf(matrix).value,
      recall: classShare(counts, recallOf, label).value,
      specificity: classShare(counts, specificityOf, label).value,
      precision: classShare(counts, precisionOf, label).value,
      "area under ROC": mean(
        ranked.map(({ scored, order }) => areaUnderRoc(operatingPoints(scored, { weights, order }))),
      ),
    };
  };
}
