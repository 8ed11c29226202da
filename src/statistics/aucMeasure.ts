import type { BinaryScores } from "./BinaryScores.js";
import { aucCovariance, aucParts, logitInterval } from "./deLong.js";
import type { Groups } from "./Groups.js";
import { absentMeasure, inMeasureWords, type Measure, measure } from "./Measure.js";
import { sum } from "./sum.js";

/** An area under the ROC curve. */
export interface AucMeasure extends Measure {
  /** Obuchowski's by group, or DeLong's; null where there is none. */
  readonly standardError: number | null;
}

/** The area under the ROC curve with the logit interval, by group. */
export function aucMeasure({ scores, positive }: BinaryScores, groups?: Groups): AucMeasure {
  const m = sum(positive);
  const n = positive.length - m;
  if (m === 0 || n === 0) {
    const reason = `${m} positive and ${n} negative images: both classes are needed`;
    return inMeasureWords({ ...absentMeasure(reason), standardError: null });
  }
  const parts = aucParts({ scores, positive }, groups);
  const { auc } = parts;
  const alone = parts.groups.positive < 2 ? "positives" : parts.groups.negative < 2 ? "negatives" : undefined;
  if (alone !== undefined) {
    const absent = `${alone} of only one ${groups ? "group of images" : "image"}: no variance`;
    return inMeasureWords({ ...measure(auc, [NaN, NaN], { absent }), standardError: null });
  }
  const standardError = Math.sqrt(Math.max(0, aucCovariance(parts, parts)));
  const remark =
    auc === 0 || auc === 1
      ? { absent: "the logit of an area of 0 or 1 is infinite: no interval, which is no certainty" }
      : standardError === 0
        ? { note: "the variance is 0: an interval of no width is no certainty" }
        : {};
  return inMeasureWords({ ...measure(auc, logitInterval(auc, standardError), remark), standardError });
}
