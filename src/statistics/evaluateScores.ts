import { scoredItems } from "./argumentKinds.js";
import { checkArguments } from "../core/checkArguments.js";
import { withFields, withRows } from "../core/resultTables.js";
import { evaluationInWords } from "./evaluationInWords.js";
import { checkOptions, type OptionKinds } from "../core/checkOptions.js";
import { UserError } from "../core/errors.js";
import { type AucMeasure, aucMeasure } from "./aucMeasure.js";
import type { BinaryScores } from "./BinaryScores.js";
import { brierScore, type Calibration, reliability } from "./calibration.js";
import { type CalibrationCurve, calibrationCurve } from "./calibrationCurve.js";
import { calledFrom, classShareItems, type ClassShares } from "./classShares.js";
import { doubtOfThreshold, evenThreshold, outsideOfShares } from "./doubtOfThreshold.js";
import { type Comparison, compareScores } from "./compareScores.js";
import { fBetaOf } from "./Counts.js";
import { type DecisionCurve, decisionCurve, hundredths } from "./decisionCurve.js";
import { expectedOverObserved } from "./expectedOverObserved.js";
import { type Groups, numberedGroups } from "./Groups.js";
import { absentMeasure, type Measure } from "./Measure.js";
import { type PredictiveMeasures, predictiveMeasures } from "./predictiveMeasures.js";
import { type ProbabilityHistogram, probabilityHistogram } from "./probabilityHistogram.js";
import { logitsOfScores, type Recalibration, recalibration } from "./recalibration.js";
import { type RecallGuarantee, recallGuarantee } from "./recallGuarantee.js";
import { type ShareMeasure, shareMeasure } from "./shareMeasure.js";
import { sum } from "./sum.js";

/** A model's scores of items, and what else is known of these. */
export interface EvaluatedScores extends BinaryScores {
  /** Whom each item belongs to, such as its patient; undefined: items are taken as independent. */
  readonly groups?: Groups;
  /** Logits of the scores, where they are known to more digits than the scores have. */
  readonly logits?: Float64Array;
  /** 1 where the item is called positive, if not by the threshold but, for example, by its most probable class. */
  readonly called?: Uint8Array;
  /** Another model's scores of the same items. */
  readonly second?: Float64Array;
  /** 1 where the other model calls the item positive, if not by its threshold. */
  readonly secondCalled?: Uint8Array;
}

/** What is asked of an evaluation. */
export interface EvaluateOptions {
  /**
   * An item with a score from here on is called positive; where the items say what they are called, it is only told.
   * @default 0.5, or none where the items say what they are called
   */
  readonly threshold?: number;
  /** The same of a second model; null: it calls items by their most probable class. @default the first's */
  readonly secondThreshold?: number | null;
  /** A share of positives, such as that of a screening, to compute net benefit and predictive values for too. */
  readonly prevalence?: number;
}

/** What kinds of values they are. */
export const evaluateKinds: OptionKinds<EvaluateOptions> = {
  threshold: "any",
  secondThreshold: "any",
  prevalence: "number",
};

/** Why a curve does not exist. */
export interface AbsentCurve {
  /** In words. */
  readonly absent: string;
}

/** Net benefit; where a class is absent there is none. */
export type NetBenefit =
  | DecisionCurve
  | (Pick<DecisionCurve, "thresholds"> & Record<"model" | "low" | "high" | "all", null> & AbsentCurve);

/** What is said of the probabilities themselves. */
export interface CalibrationMeasures extends Recalibration {
  /** How many positives the probabilities add up to, over how many there are. */
  readonly expectedOverObserved: Measure;
  /** The mean squared distance of the probability from the outcome; null where the scores are no probabilities. */
  readonly brier: number | null;
  /** The smooth curve with its band. */
  readonly curve: CalibrationCurve | AbsentCurve;
  /** In ten bins, with the expected calibration error; null where the scores are no probabilities. */
  readonly reliability: Calibration | null;
}

/** What depends on the share of positives, at another one than the items' own. */
export interface MeasuresAtPrevalence extends PredictiveMeasures {
  /** Net benefit of the scores as they are. */
  readonly netBenefit: NetBenefit;
}

/** Everything that is said of one class against the rest. Plain JSON, but for NaN in curves. */
export interface Evaluation {
  /** Items. */
  readonly n: number;
  /** Positive items. */
  readonly positives: number;
  /** How many patients the items are of; null where they are not known, and items are taken as independent. */
  readonly patients: number | null;
  /** Null where items are called by their most probable class, of more than two. */
  readonly threshold: number | null;
  /** The share of positives. */
  readonly prevalence: number;
  /** The area under the ROC curve, with the logit interval. */
  readonly auc: AucMeasure;
  /** How far the probabilities can be taken at their word. */
  readonly calibration: CalibrationMeasures;
  /** What acting on the model is worth, by the threshold of the probability. */
  readonly netBenefit: NetBenefit;
  /** How the probabilities are distributed in each class. */
  readonly distribution: ProbabilityHistogram | AbsentCurve;
  /** The share of the positives that are called so: recall. */
  readonly sensitivity: ShareMeasure;
  /** The share of the negatives that are called so. */
  readonly specificity: ShareMeasure;
  /** The share of the items called positive that are: precision. */
  readonly ppv: ShareMeasure;
  /** The share of the items called negative that are. */
  readonly npv: ShareMeasure;
  /** The share of all items that are called what they are. */
  readonly accuracy: ShareMeasure;
  /** Null where it is not defined. It depends on the prevalence and ignores true negatives. */
  readonly f1: number | null;
  /** At the prevalence that was asked for; undefined where none was. */
  readonly atPrevalence?: MeasuresAtPrevalence;
  /** The highest thresholds that can be promised, by the recall promised with 95% confidence; null: too few patients. */
  readonly recallGuarantee: Readonly<Record<string, number | null>>;
  /** How these came about, and how many patients are needed. */
  readonly recallGuarantees: readonly RecallGuarantee[];
  /** Beside a second model on the same items; undefined where there is none. */
  readonly comparison?: Comparison;
}

/** Recalls that a threshold is looked for. */
const promisedRecalls = [0.95, 0.98];

/**
 * The whole evaluation of scores: discrimination, calibration, clinical utility, and measures at a threshold, each with a
 * 95% interval that takes groups into account, or the reason why it does not exist.
 * @throws UserError when a score or a logit is not a number, the prevalence is out of range, or there is not one of each
 * for each item
 */
export function evaluateScores(items: EvaluatedScores, options: EvaluateOptions = {}): Evaluation {
  checkArguments("evaluateScores(interp.binary().scored)", { items: [items, scoredItems] });
  checkOptions("evaluateScores()", options, evaluateKinds);
  requireOneForEach(items);
  const { scores, positive, groups, second } = items;
  const { threshold = evenThreshold, prevalence } = options;
  const n = scores.length;
  const positives = sum(positive);
  const outside = outsideOfShares(scores);
  const noProbabilities =
    outside === 0 ? undefined : `the scores are no probabilities: ${outside} of ${n} lie outside 0 to 1`;
  const called = items.called ?? calledFrom(scores, threshold);
  const shownThreshold = items.called ? options.threshold : threshold;
  const guarantees = promisedRecalls.map((recall) => recallGuarantee(items, recall, { groups }));
  const note = items.called ? undefined : doubtOfThreshold(scores, threshold);
  const shares = classShareItems({ actual: positive, predicted: called, groups });
  const shareOf = (name: keyof ClassShares) => shareMeasure(shares[name], note);
  const [sensitivity, specificity] = [shareOf("recall"), shareOf("specificity")];
  const counts = {
    ...{ tp: sensitivity.hits, fn: sensitivity.of - sensitivity.hits },
    ...{ tn: specificity.hits, fp: specificity.of - specificity.hits },
  };
  const found: Evaluation = {
    n,
    positives,
    patients: groups === undefined ? null : numberedGroups(n, groups).count,
    threshold: shownThreshold ?? null,
    prevalence: positives / n,
    auc: aucMeasure(items, groups),
    calibration: calibrationOf(items, noProbabilities),
    netBenefit: netBenefitOf(items, noProbabilities),
    distribution: noProbabilities === undefined ? probabilityHistogram(items) : { absent: noProbabilities },
    ...{ sensitivity, specificity },
    ppv: shareOf("precision"),
    npv: shareOf("negativePredictiveValue"),
    accuracy: shareOf("accuracy"),
    f1: positives === 0 ? null : fBetaOf(counts, 1),
    ...(prevalence !== undefined && {
      atPrevalence: {
        ...predictiveMeasures({ called, positive, groups }, prevalence),
        netBenefit: netBenefitOf(items, noProbabilities, prevalence),
      },
    }),
    recallGuarantee: Object.fromEntries(guarantees.map((each) => [String(each.recall), each.threshold])),
    recallGuarantees: withRows("Thresholds with a promised recall", guarantees),
    ...(second && {
      comparison: compareScores(
        { scores, positive, called: items.called },
        { scores: second, positive, called: items.secondCalled },
        { threshold: shownThreshold, secondThreshold: options.secondThreshold, groups },
      ),
    }),
  };
  return evaluationInWords(found, `${n} items, ${positives} of them positive`);
}

/** @throws UserError when a score or a logit is not a number, or there is not one of each for each item */
function requireOneForEach({
  scores,
  positive,
  called,
  logits,
  second,
  secondCalled,
}: EvaluatedScores): void {
  const n = scores.length;
  for (const [name, values] of Object.entries({ positive, called, logits, second, secondCalled })) {
    if (values === undefined || values.length === n) continue;
    throw new UserError(
      `${name} has ${values.length} values for ${n} scores.`,
      "Give one for each item, in the same order.",
    );
  }
  for (const [name, values] of Object.entries({ scores, logits, second })) {
    const unknown = values?.findIndex(Number.isNaN) ?? -1;
    if (unknown === -1) continue;
    throw new UserError(
      `A score is not a number: item ${unknown} of ${name}.`,
      "Load the last good checkpoint, and predict again.",
    );
  }
}

function calibrationOf(items: EvaluatedScores, noProbabilities?: string): CalibrationMeasures {
  const { scores, positive, groups, logits } = items;
  if (noProbabilities === undefined) {
    const curve = calibrationCurve(items, groups);
    return withFields("Calibration", {
      ...recalibration(positive, logits ?? logitsOfScores(scores), groups),
      brier: brierScore(items),
      expectedOverObserved: expectedOverObserved(items, groups),
      curve: typeof curve === "string" ? { absent: curve } : curve,
      reliability: reliability(items),
    });
  }
  const absent = absentMeasure(noProbabilities);
  const fits = logits ? recalibration(positive, logits, groups) : { inTheLarge: absent, slope: absent };
  return {
    ...fits,
    brier: null,
    expectedOverObserved: absent,
    curve: { absent: noProbabilities },
    reliability: null,
  };
}

function netBenefitOf(items: EvaluatedScores, noProbabilities?: string, prevalence?: number): NetBenefit {
  const curve =
    noProbabilities === undefined ? decisionCurve(items, { prevalence, groups: items.groups }) : undefined;
  return (
    curve ?? {
      thresholds: hundredths,
      ...{ model: null, low: null, high: null, all: null },
      absent: noProbabilities ?? "only one class is there",
    }
  );
}
