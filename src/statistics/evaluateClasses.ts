import { valueAt } from "../core/valueAt.js";
import { classIndex } from "./classIndex.js";
import { binaryScores } from "./BinaryScores.js";
import { brierScore } from "./calibration.js";
import { aucParts } from "./deLong.js";
import { type EvaluateOptions, type Evaluation, evaluateScores } from "./evaluateScores.js";
import { type Groups, numberedGroups, sumByGroup } from "./Groups.js";
import { absentMeasure, type Measure, measure } from "./Measure.js";
import { z95 } from "./normalDistribution.js";
import { type ShareMeasure, shareMeasure } from "./shareMeasure.js";
import { predictedClasses } from "./predictedClasses.js";
import type { Predictions } from "./Predictions.js";
import { mean } from "./sum.js";

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

/** The logits of one class against the others, from stored probabilities: they keep the digits that 1 - p loses. */
export function logitsOfClass({ probs, y, classes }: EvaluatedPredictions, positive: string): Float64Array {
  const [c, k] = [classes.length, classIndex(classes, positive)];
  // The smallest number of single precision: a probability of 0 was no smaller than half of it.
  const log = (p: number) => Math.log(Math.max(p, 2 ** -149));
  return Float64Array.from(y, (_, i) => {
    let others = 0;
    for (let j = 0; j < c; j++) if (j !== k) others += valueAt(probs, i * c + j);
    return log(valueAt(probs, i * c + k)) - log(others);
  });
}

/**
 * Evaluates each class against the rest, and their means. Where no threshold is given an item is called after its most
 * probable class.
 * @throws UserError when an item has no label, or as {@link evaluateScores}
 */
export function evaluateClasses(
  preds: EvaluatedPredictions,
  options: EvaluateOptions = {},
): ClassesEvaluation {
  const { classes, y, groups } = preds;
  const predicted = predictedClasses(preds);
  const itemsOf = classes.map((name, k) => ({
    ...binaryScores(preds, name),
    logits: logitsOfClass(preds, name),
    groups,
    ...(options.threshold === undefined && {
      called: Uint8Array.from(predicted, (label) => Number(label === k)),
    }),
  }));
  const evaluations = itemsOf.map((items) => evaluateScores(items, options));
  const numbered = numberedGroups(y.length, groups);
  const macro = (name: MacroMeasure, partsOf: (class_: number) => Float64Array): Measure => {
    const values = evaluations.map((each) => each[name].value);
    const missing = classes.filter((_, k) => values[k] === null);
    if (missing.length > 0) return absentMeasure(`it does not exist for ${missing.join(", ")}`);
    const value = mean(values.map(Number));
    const total = new Float64Array(numbered.count);
    classes.forEach((_, k) => {
      partsOf(k).forEach((part, group) => (total[group] = valueAt(total, group) + part / classes.length));
    });
    const squares = total.reduce((sum, part) => sum + part * part, 0);
    const { count } = numbered;
    const half = z95 * Math.sqrt(count < 2 ? NaN : (count / (count - 1)) * squares);
    const remark = count < 2 ? { absent: "there is only one patient: no interval" } : {};
    return measure(value, [Math.max(0, value - half), Math.min(1, value + half)], remark);
  };
  const share =
    (hit: (is: boolean, called: boolean) => boolean, among: (is: boolean, called: boolean) => boolean) =>
    (k: number): Float64Array => {
      const { scores, positive, called } = valueAt(itemsOf, k);
      const flags = (of: typeof hit) =>
        Array.from(positive, (label, i) =>
          Number(
            of(label === 1, called ? called[i] === 1 : valueAt(scores, i) >= (options.threshold ?? 0.5)),
          ),
        );
      const [hits, chosen] = [flags(hit), flags(among)];
      const of = chosen.reduce((sum, flag) => sum + flag, 0);
      const p = hits.reduce((sum, flag, i) => sum + flag * valueAt(chosen, i), 0) / of;
      return sumByGroup(
        hits.map((flag, i) => (valueAt(chosen, i) * (flag - p)) / of),
        numbered,
      );
    };
  return {
    n: y.length,
    patients: groups === undefined ? null : numbered.count,
    classes: Object.fromEntries(classes.map((name, k) => [name, valueAt(evaluations, k)])),
    macro: {
      auc: macro("auc", (k) => {
        const { positives, negatives } = aucParts(valueAt(itemsOf, k), groups);
        return positives.map((part, group) => part + valueAt(negatives, group));
      }),
      sensitivity: macro(
        "sensitivity",
        share(
          (_, called) => called,
          (is) => is,
        ),
      ),
      specificity: macro(
        "specificity",
        share(
          (_, called) => !called,
          (is) => !is,
        ),
      ),
      ppv: macro(
        "ppv",
        share(
          (is) => is,
          (_, called) => called,
        ),
      ),
      npv: macro(
        "npv",
        share(
          (is) => !is,
          (_, called) => !called,
        ),
      ),
      brier: mean(itemsOf.map(brierScore)),
    },
    accuracy: shareMeasure({ hits: predicted.map((label, i) => Number(label === y[i])), groups }),
  };
}
