import type { BinaryScores } from "./BinaryScores.js";
import { brierScore, type Calibration, reliability } from "./calibration.js";
import { type CalibrationCurve, calibrationCurve } from "./calibrationCurve.js";
import { type Comparison, compareScores } from "./compareScores.js";
import { clusteredShare, type ShareItems } from "./clusteredShare.js";
import { fBetaOf } from "./Counts.js";
import { type DecisionCurve, decisionCurve, hundredths } from "./decisionCurve.js";
import { aucCovariance, aucParts, logitInterval } from "./deLong.js";
import { expectedOverObserved } from "./expectedOverObserved.js";
import { type Groups, numberedGroups } from "./Groups.js";
import { absentMeasure, type Measure, measure } from "./Measure.js";
import { type PredictiveMeasures, predictiveMeasures } from "./predictiveMeasures.js";
import { type ProbabilityHistogram, probabilityHistogram } from "./probabilityHistogram.js";
import { logitsOfScores, type Recalibration, recalibration } from "./recalibration.js";
import { type RecallGuarantee, recallGuarantee } from "./recallGuarantee.js";
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
}

/** What is asked of an evaluation. */
export interface EvaluateOptions {
  /** An item with a score from here on is called positive. @default 0.5 */
  readonly threshold?: number;
  /** A share of positives, such as that of a screening, to compute net benefit and predictive values for too. */
  readonly prevalence?: number;
}

/** A share with its interval. */
export interface ShareMeasure extends Measure {
  readonly hits: number;
  readonly of: number;
  /** Patients among the items that the share is about; null where patients are not known. */
  readonly patients: number | null;
  /** How many times larger the variance is than that of as many independent items; null where it cannot be known. */
  readonly designEffect: number | null;
}

/** Why a curve does not exist. */
export interface AbsentCurve {
  readonly absent: string;
}

/** Net benefit; where a class is absent there is none. */
export type NetBenefit =
  | DecisionCurve
  | (Pick<DecisionCurve, "thresholds"> & Record<"model" | "low" | "high" | "all", null> & AbsentCurve);

/** Everything that is said of one class against the rest. Plain JSON, but for NaN in curves. */
export interface Evaluation {
  readonly n: number;
  readonly positives: number;
  /** How many patients the items are of; null where they are not known, and items are taken as independent. */
  readonly patients: number | null;
  /** Null where items are called by their most probable class. */
  readonly threshold: number | null;
  /** The share of positives. */
  readonly prevalence: number;
  readonly auc: Measure & { readonly standardError: number | null };
  readonly calibration: Recalibration & {
    readonly expectedOverObserved: Measure;
    /** The mean squared distance of the probability from the outcome; null where the scores are no probabilities. */
    readonly brier: number | null;
    readonly curve: CalibrationCurve | AbsentCurve;
    /** In ten bins, with the expected calibration error; null where the scores are no probabilities. */
    readonly reliability: Calibration | null;
  };
  readonly netBenefit: NetBenefit;
  readonly distribution: ProbabilityHistogram | AbsentCurve;
  readonly sensitivity: ShareMeasure;
  readonly specificity: ShareMeasure;
  readonly ppv: ShareMeasure;
  readonly npv: ShareMeasure;
  readonly accuracy: ShareMeasure;
  /** Null where it is not defined. It depends on the prevalence and ignores true negatives. */
  readonly f1: number | null;
  /** At the prevalence that was asked for; undefined where none was. */
  readonly atPrevalence?: PredictiveMeasures & { readonly netBenefit: NetBenefit };
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
 * @throws UserError when a score is not a number, the prevalence is out of range, or what goes item by item does not fit
 */
export function evaluateScores(items: EvaluatedScores, options: EvaluateOptions = {}): Evaluation {
  const { scores, positive, groups, second } = items;
  const { threshold = 0.5, prevalence } = options;
  const n = scores.length;
  const positives = sum(positive);
  const outside = scores.filter((score) => score < 0 || score > 1).length;
  const noProbabilities =
    outside === 0 ? undefined : `the scores are no probabilities: ${outside} of ${n} lie outside 0 to 1`;
  const called = items.called ?? Uint8Array.from(scores, (score) => Number(score >= threshold));
  const guarantees = promisedRecalls.map((recall) => recallGuarantee(items, recall, { groups }));
  const not = (flags: Uint8Array) => flags.map((flag) => 1 - flag);
  const share = (about: Omit<ShareItems, "groups">) => shareMeasure({ ...about, groups });
  const sensitivity = share({ hits: called, among: positive });
  const specificity = share({ hits: not(called), among: not(positive) });
  const ppv = share({ hits: positive, among: called });
  const counts = {
    ...{ tp: sensitivity.hits, fn: sensitivity.of - sensitivity.hits },
    ...{ tn: specificity.hits, fp: specificity.of - specificity.hits },
  };
  return {
    n,
    positives,
    patients: groups === undefined ? null : numberedGroups(n, groups).count,
    threshold: items.called ? null : threshold,
    prevalence: positives / n,
    auc: aucMeasure(items),
    calibration: calibrationOf(items, noProbabilities),
    netBenefit: netBenefitOf(items, noProbabilities),
    distribution: noProbabilities === undefined ? probabilityHistogram(items) : { absent: noProbabilities },
    ...{ sensitivity, specificity, ppv },
    npv: share({ hits: not(positive), among: not(called) }),
    accuracy: share({ hits: called.map((flag, i) => Number(flag === positive[i])) }),
    f1: positives === 0 ? null : fBetaOf(counts, 1),
    ...(prevalence !== undefined && {
      atPrevalence: {
        ...predictiveMeasures({ called, positive, groups }, prevalence),
        netBenefit: netBenefitOf(items, noProbabilities, prevalence),
      },
    }),
    recallGuarantee: Object.fromEntries(guarantees.map((each) => [String(each.recall), each.threshold])),
    recallGuarantees: guarantees,
    ...(second && {
      comparison: compareScores({ scores, positive }, { scores: second, positive }, { threshold, groups }),
    }),
  };
}

/** The area under the ROC curve with the logit interval, by group. */
export function aucMeasure({ scores, positive, groups }: EvaluatedScores): Evaluation["auc"] {
  const m = sum(positive);
  const n = positive.length - m;
  if (m === 0 || n === 0) {
    const reason = `${m} positive and ${n} negative images: both classes are needed`;
    return { ...absentMeasure(reason), standardError: null };
  }
  const parts = aucParts({ scores, positive }, groups);
  const { auc } = parts;
  const alone = parts.groups.positive < 2 ? "positives" : parts.groups.negative < 2 ? "negatives" : undefined;
  if (alone !== undefined) {
    const absent = `${alone} of only one ${groups ? "patient" : "image"}: no variance`;
    return { ...measure(auc, [NaN, NaN], { absent }), standardError: null };
  }
  const standardError = Math.sqrt(Math.max(0, aucCovariance(parts, parts)));
  const remark =
    auc === 0 || auc === 1
      ? { absent: "the logit of an area of 0 or 1 is infinite: no interval, which is no certainty" }
      : standardError === 0
        ? { note: "the variance is 0: an interval of no width is no certainty" }
        : {};
  return { ...measure(auc, logitInterval(auc, standardError), remark), standardError };
}

/** A share with its interval, or the reason why it has none. */
export function shareMeasure(items: ShareItems): ShareMeasure {
  const { hits, of, value, groups, designEffect, interval } = clusteredShare(items);
  const known = items.groups !== undefined;
  const remark =
    of === 0
      ? { absent: "there are no such images" }
      : Number.isNaN(designEffect)
        ? { absent: "there is only one patient: no interval" }
        : known && (hits === 0 || hits === of)
          ? { note: "nothing varies: the images of one patient count as copies of each other" }
          : {};
  return {
    ...measure(value, interval, remark),
    ...{ hits, of },
    patients: known ? groups : null,
    designEffect: Number.isNaN(designEffect) ? null : designEffect,
  };
}

function calibrationOf(items: EvaluatedScores, noProbabilities?: string): Evaluation["calibration"] {
  const { scores, positive, groups, logits } = items;
  if (noProbabilities === undefined) {
    const curve = calibrationCurve(items, groups);
    return {
      ...recalibration(positive, logits ?? logitsOfScores(scores), groups),
      brier: brierScore(items),
      expectedOverObserved: expectedOverObserved(items, groups),
      curve: typeof curve === "string" ? { absent: curve } : curve,
      reliability: reliability(items),
    };
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
