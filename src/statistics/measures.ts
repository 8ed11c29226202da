import { inColumns, withWords } from "../core/withWords.js";
import { formatInterval, formatShare } from "./format.js";
import { matthewsCorrcoef, cohenKappa } from "./agreement.js";
import { balancedAccuracyOf } from "./averageOf.js";
import { type BinaryScores, countsAt, descending, operatingPoints } from "./BinaryScores.js";
import { bootstrap, type BootstrapOptions } from "./bootstrap.js";
import { accuracyOf, classCounts } from "./confusionMatrix.js";
import {
  type Counts,
  fBetaOf,
  matrixOf,
  negativePredictiveValueOf,
  precisionOf,
  recallOf,
  specificityOf,
} from "./Counts.js";
import { areaUnderRoc, averagePrecision } from "./rocCurve.js";

/** The numbers of a classifier of two classes, all of them shares but for kappa and Matthews'. */
export interface BinaryMeasures {
  /** The share whose predicted class is its own. */
  readonly accuracy: number;
  /** The mean of recall and specificity. */
  readonly balancedAccuracy: number;
  /** TP / (TP + FP), the positive predictive value. */
  readonly precision: number;
  /** TP / (TP + FN), sensitivity. */
  readonly recall: number;
  /** TN / (TN + FP). */
  readonly specificity: number;
  /** TN / (TN + FN). */
  readonly negativePredictiveValue: number;
  /** The harmonic mean of precision and recall. */
  readonly f1: number;
  /** The same with recall twice as important. */
  readonly f2: number;
  /** Matthews' correlation coefficient. */
  readonly matthews: number;
  /** Cohen's kappa. */
  readonly kappa: number;
}

/** The measures of a threshold, and those of the scores' order, which have none. */
export interface RankedMeasures extends BinaryMeasures {
  /** The area under the ROC curve. */
  readonly auroc: number;
  /** The area under the precision-recall curve. */
  readonly averagePrecision: number;
}

/** Every measure of four counts; NaN where there is nothing to be a share of. */
export function measuresOf(counts: Counts): BinaryMeasures {
  const matrix = matrixOf(counts);
  return {
    accuracy: accuracyOf(matrix).value,
    balancedAccuracy: balancedAccuracyOf(classCounts(matrix)),
    precision: precisionOf(counts).value,
    recall: recallOf(counts).value,
    specificity: specificityOf(counts).value,
    negativePredictiveValue: negativePredictiveValueOf(counts).value,
    f1: fBetaOf(counts, 1),
    f2: fBetaOf(counts, 2),
    matthews: matthewsCorrcoef(matrix),
    kappa: cohenKappa(matrix),
  };
}

/** A number with its 95% interval. */
export interface Estimate {
  /** NaN where it is not defined. */
  readonly value: number;
  /** 95%. */
  readonly interval: readonly [low: number, high: number];
}

/**
 * Every measure at a threshold with its interval by the bootstrap, which draws whole groups where the scores or the
 * options say which there are.
 * @throws UserError as `bootstrap`
 */
export function estimates(
  scored: BinaryScores,
  threshold: number,
  options: BootstrapOptions = {},
): Record<keyof RankedMeasures, Estimate> {
  const order = descending(scored);
  const all = (weights?: Float64Array): RankedMeasures => {
    const points = operatingPoints(scored, { weights, order });
    return {
      ...measuresOf(countsAt(scored, threshold, weights)),
      auroc: areaUnderRoc(points),
      averagePrecision: averagePrecision(points),
    };
  };
  const values = all();
  const intervals = bootstrap<keyof RankedMeasures>(
    scored.scores.length,
    (weights) => ({ ...all(weights) }),
    { resamples: options.resamples, seed: options.seed, groups: options.groups ?? scored.groups },
  );
  const entries = Object.entries(values) as [keyof RankedMeasures, number][];
  const found = Object.fromEntries(
    entries.map(([name, value]) => [name, { value, interval: intervals[name] }]),
  ) as Record<keyof RankedMeasures, Estimate>;
  return withWords(found, estimatesInWords);
}

const estimatesInWords = (found: Readonly<Record<string, Estimate>>): string =>
  inColumns([
    ["measure", "value", "95% CI"],
    ...Object.entries(found).map(([name, { value, interval }]) => [
      name,
      formatShare(value),
      formatInterval(interval),
    ]),
  ]);
