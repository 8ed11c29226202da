import { checkOptions } from "../core/checkOptions.js";
import { predictions } from "./argumentKinds.js";
import { checkArguments } from "../core/checkArguments.js";
import { evaluationInWords } from "./evaluationInWords.js";
import { namesInWords } from "../core/namesInWords.js";
import { valueAt } from "../core/valueAt.js";
import { brierScore } from "./calibration.js";
import { type ClassShares, classShareItems } from "./classShares.js";
import { aucParts } from "./deLong.js";
import { evaluateKinds, type EvaluateOptions, type Evaluation, evaluateScores } from "./evaluateScores.js";
import { type Groups, numberedGroups, sumByGroup, varianceByGroup } from "./Groups.js";
import { absentMeasure, type Measure, measure } from "./Measure.js";
import { z95 } from "./normalDistribution.js";
import { type ShareMeasure, shareMeasure } from "./shareMeasure.js";
import { predictedClasses } from "./predictedClasses.js";
import type { Predictions } from "./Predictions.js";
import { scoresOfClass } from "./scoresOfClass.js";
import { mean, sum } from "./sum.js";

/** Several classes: each against the rest, and their means. Plain JSON, but for NaN in curves. */
export interface ClassesEvaluation {
  /** Items. */
  readonly n: number;
  /** How many patients the items are of; null where they are not known, and items are taken as independent. */
  readonly patients: number | null;
  /** Each class against the rest, by its name. */
  readonly classes: Readonly<Record<string, Evaluation>>;
  /** Means over the classes, each class weighing the same. */
  readonly macro: MacroMeasures;
  /** The share of items whose most probable class is their own. */
  readonly accuracy: ShareMeasure;
}

/** Means over the classes; null where the measure of one of them does not exist. */
export interface MacroMeasures {
  /** The area under the ROC curve. */
  readonly auc: Measure;
  /** Recall. */
  readonly sensitivity: Measure;
  /** The share of the others that are called so. */
  readonly specificity: Measure;
  /** Precision. */
  readonly ppv: Measure;
  /** Negative predictive value. */
  readonly npv: Measure;
  /** Brier's score. */
  readonly brier: number;
}

type MacroMeasure = Exclude<keyof MacroMeasures, "brier">;

/** Predictions of several classes, and whom the items belong to. */
export interface EvaluatedPredictions extends Pick<Predictions, "probs" | "y" | "classes"> {
  /** Such as patients; undefined: items are taken as independent. */
  readonly groups?: Groups;
}

/**
 * Evaluates each class against the rest, and their means. Where no threshold is given an item is called after its most
 * probable class. A mean has no interval where one of its classes has none, or nothing varies in any of them.
 * @throws UserError when an item has no label, or as {@link evaluateScores}
 */
export function evaluateClasses(
  preds: EvaluatedPredictions,
  options: EvaluateOptions = {},
): ClassesEvaluation {
  checkArguments("evaluateClasses(preds)", { preds: [preds, predictions] });
  checkOptions("evaluateClasses()", options, evaluateKinds);
  const { classes, y, groups } = preds;
  const predicted = predictedClasses(preds);
  const itemsOf = classes.map((name) => scoresOfClass(preds, name, options.threshold).items);
  const evaluations = itemsOf.map((items) => evaluateScores(items, options));
  const numbered = numberedGroups(y.length, groups);
  const macro = (name: MacroMeasure, partsOf: (class_: number) => Float64Array): Measure => {
    const measures = evaluations.map((each) => each[name]);
    const named = (is: (measure: Measure) => boolean) =>
      namesInWords(classes.filter((_, k) => is(valueAt(measures, k))));
    const missing = named(({ value }) => value === null);
    if (missing !== "") return absentMeasure(`it does not exist for ${missing}`);
    const value = mean(measures.map((each) => Number(each.value)));
    const none = (absent: string) => measure(value, [NaN, NaN], { absent });
    const unsure = named(({ low }) => low === null);
    if (unsure !== "") return none(`there is no interval for ${unsure}: none for the mean`);
    const total = new Float64Array(numbered.count);
    classes.forEach((_, k) => {
      partsOf(k).forEach((part, group) => (total[group] = valueAt(total, group) + part / classes.length));
    });
    const half = z95 * Math.sqrt(varianceByGroup(total, numberedGroups(numbered.count)));
    if (half === 0) return none("nothing varies: no interval, which is no certainty");
    const still = named((each) => each.value === 0 || each.value === 1 || each.note !== undefined);
    const remark = still === "" ? {} : { note: `nothing varies in ${still}: the interval is too narrow` };
    return measure(value, [Math.max(0, value - half), Math.min(1, value + half)], remark);
  };
  const shares = itemsOf.map(({ positive, called }) =>
    classShareItems({ actual: positive, predicted: called }),
  );
  const share = (name: keyof ClassShares) => (k: number) => {
    const { hits, among } = valueAt(shares, k)[name];
    const chosen = Uint8Array.from(hits, (_, i) => among?.[i] ?? 1);
    const of = sum(chosen);
    const p = sum(chosen.map((flag, i) => flag * valueAt(hits, i))) / of;
    return sumByGroup(
      Float64Array.from(chosen, (flag, i) => (flag * (valueAt(hits, i) - p)) / of),
      numbered,
    );
  };
  const found: ClassesEvaluation = {
    n: y.length,
    patients: groups === undefined ? null : numbered.count,
    classes: Object.fromEntries(classes.map((name, k) => [name, valueAt(evaluations, k)])),
    macro: {
      auc: macro("auc", (k) => {
        const { positives, negatives } = aucParts(valueAt(itemsOf, k), groups);
        return positives.map((part, group) => part + valueAt(negatives, group));
      }),
      sensitivity: macro("sensitivity", share("recall")),
      specificity: macro("specificity", share("specificity")),
      ppv: macro("ppv", share("precision")),
      npv: macro("npv", share("negativePredictiveValue")),
      brier: mean(itemsOf.map(brierScore)),
    },
    accuracy: shareMeasure({ hits: predicted.map((label, i) => Number(label === y[i])), groups }),
  };
  return evaluationInWords(found, `${classes.length} classes on ${y.length} items`);
}
