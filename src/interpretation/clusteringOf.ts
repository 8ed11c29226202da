import { classIndex } from "../statistics/classIndex.js";
import { classShares, itemsOfClass, overallShares } from "../statistics/classShares.js";
import { numberedGroups } from "../statistics/Groups.js";
import type { Predictions } from "../statistics/Predictions.js";
import { type Clustering, independentImages } from "./matrixMetrics.js";

/**
 * How the images of predictions go together in patients.
 * @param positive what precision, recall and specificity speak of; undefined: they are means over the classes, and have no
 * design effect
 */
export function clusteringOf(preds: Predictions, positive: string | undefined): Clustering {
  const { patients, y, classes } = preds;
  if (!patients) return independentImages;
  const { errorRate, accuracy } = overallShares(preds);
  const own =
    positive === undefined ? undefined : classShares(itemsOfClass(preds, classIndex(classes, positive)));
  return {
    patients: numberedGroups(y.length, patients).count,
    designEffects: {
      errorRate: errorRate.designEffect,
      accuracy: accuracy.designEffect,
      precision: own?.precision.designEffect ?? NaN,
      recall: own?.recall.designEffect ?? NaN,
      specificity: own?.specificity.designEffect ?? NaN,
    },
  };
}
